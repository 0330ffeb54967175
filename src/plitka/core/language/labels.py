"""Words whose numbers are of an order, a place or a machine, in English and Russian, and no shares of a mix."""

_ORDERS = (
    "sketch, diagram, moodboard, "
    "reference, po, sheet, card, order ref, job ref,  project, quote no, quotation, rfq, tender, contract, enquiry, "
    "inquiry, ticket, account, revision, rev, version, option, alternative, clause, paragraph, section, appendix, "
    "addendum, bulletin, amendment, "
    "annex, page, table, fig, figure, note, line item, row, id, barcode, ean, serial, model, series, swatch, "
    "specimen, dwg, drg, drwg, phase, stage, step no, task, поз, pos, обр, рец, талон, форма,  договора, счёта, счёту, "
    "позиции, заказа, заказу, наряд, наряду, наряд-заказ, партия, партии, лота, лоту, пункт, пункта, пункту, "
    "раздел, раздела, приложение, приложения, таблица, строка, стр, страница, лист, листа, чертёж, чертежу, рис, "
    "спецификация, спецификации, смета, смете, акт, ведомость, вариант, варианта, версия, редакция, модель, серия, "
    "проба, эскиз, протокол, протоколу, протокола, тендер, тендера, тендеру, закупка, закупки, закупке, закупку, "
    "запрос, запроса, исх, вх, инн, кпп, огрн, проект, проекта, проекту, этапа, рецепт №, задача, вопрос, код "
    "заказа"
)
_PLACES = (
    "site, room, hall, court, plot, bay, hopper, hoppers, bin, silo, silos, machine, press, mould, mold, die, "
    "mixer, drum, building, block no, house, flat, apartment, unit, street, postcode, storey, gate, school, "
    "nursery, kindergarten, level, pallet no, truck, container no, объект, объекта, объекту, участке, дом, дома, "
    "доме, квартира, офис, кабинет, помещение, станок, станка, пресс, барабан, мешалка, миксер, бригада, бригады, "
    "школа, школы, школе, школу, детсад, детсада, детский сад, детского сада, детскому саду, лицей, гимназия, "
    "гимназии, улица, улицы, переулок, проспект, проспекта, пикет, секция, секции, бункер, бункера, склад, склада, "
    "складе, гбоу, мбоу, мдоу, мадоу, мбдоу, сош, доу"
)
_COUNTED = (
    "vat, discount, deposit, prepayment, budget, tax, цены, цене, ндс, скидка, скидки, скидку, скидкой, предоплата, "
    "предоплаты, предоплату, аванс, бюджет, бюджета, подъезд, подъезда, этаж, этажа, этаже, корпус, корпуса, "
    "очередь, этап, цех, цеха, цеху, участок, участка, участку, "
    "fall, slip resistance, slip rating, for cutting, for cuts, "
    "waste, wastage, spare, spares, allowance, overage, cutting waste, cutting loss, contingency, slope, "
    "crossfall, cross fall, porosity, voids, moisture, humidity, shrinkage, elongation, rebound, vat rate, "
    "запас, запас на подрезку, запаса на подрезку, запас на бой, с запасом, на подрезку, подрезка, подрезку, отходы, "
    "отход, уклон, уклоном, уклона, влажность, пористость, усадка, наценка, надбавка, усушка"
)
_QUALITIES = (
    "warranty, guarantee, hardness, lead time, age, ages, гарантия, гарантии, твёрдость, срок, сроки, сроком, "
    "возраст, возраста"
)
_PEOPLE = "tel, mobile, fax, тел, телефон, моб, факс"

NUMBERED = "numbered"
"""The choice of a word that is a label only with its number behind it: `room 12`."""
COUNTED = "counted"
"""The choice of one that is a label only with its number beside it, behind or before: `5% discount`, «2 подъезд»."""

LABELS = {
    "tolerance": "tolerance, tolerances, deviation, допуск, допуском, погрешность",
    "order": (
        "qty, quantity, кол-во, к-во, lrv, shore, shore a, шор, шору, hic, ptv, ptv wet, ptv dry, price, cost, цена, "
        "стоимость, номер, "
        "type, item, density, плотность, плотностью, consumption, расход, shift, смена, заявка, заявки, заявке, "
        "договор, договору, накладная, счёт, invoice, drawing, ref, code, sku, lot, лот, batch, job, article, order, "
        "арт, артикул, тип, марка, позиция, заказ, без ндс, с ндс, в т ч ндс, ex vat, excl vat, plus vat, inc vat, "
        "including vat, excluding vat"
    ),
    NUMBERED: ", ".join((_ORDERS, _PLACES, _QUALITIES, _PEOPLE)),
    COUNTED: _COUNTED,
}
"""By what they are of."""

LETTERED = "lettered"
"""The choice of a label with its letter: «бункер Б»."""

PERIOD = "period"
PERIODS = (
    "year, years, month, months, week, weeks, day, days, working days, hour, hours, minutes, "
    "год, года, лет, месяц, месяца, месяцев, неделя, недели, неделю, недель, день, дня, дней, рабочих дней, час, часа, "
    "часов, минут, минуты"
)
"""What a number before them counts."""

LAYERS = {
    "top": (
        "top, top layer, upper layer, wearing layer, wear layer, wearing course, face layer, surface layer, "
        "top course, top coat, "
        "верх, верха, верхний, верхний слой, верхнего слоя, верхнем слое, верхним слоем, лицевой слой, лицевого слоя"
    ),
    "bottom": (
        "bottom, bottom layer, lower layer, base layer, base course, sub base, subbase, shock layer, shock pad, "
        "underlay, underlayer, backing, backing layer, underside, низ, низа, нижний, нижний слой, нижнего слоя, "
        "нижнем слое, нижним слоем, снизу, подложка, подложки, подложке, подложкой, изнанка"
    ),
}
"""Layers of a tile, of which the upper one is shown."""
