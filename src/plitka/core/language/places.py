"""Everyday words for where a tile lies, in English and Russian, which say nothing of its mix or its look."""

PLACES = (
    "stable, stables, horse box, horsebox, paddock, terrace, patio, veranda, verandah, porch, balcony, pool, "
    "poolside, free weights, free weight area, free weights area, weights area, weights zone, свободные веса, "
    "свободных весов, зона свободных весов, зоны свободных весов, зону свободных весов, зоне свободных весов, "
    "swimming pool, pool surround, pool area, garage, driveway, backyard, back yard, rooftop, roof terrace, "
    "courtyard, stadium, kennel, kennels, barn, walkway, basement, playroom, sauna, gazebo, weight room, dog run, "
    "changing room, path edge, track edge, pool edge, kerb edge, lawn border, track, running track, athletics track, "
    "athletic track, jogging track, jogging path, cycle track, cycle path, cycle lane, path, pathway, footpath, "
    "garden path, pavement, sidewalk, promenade, lawn, lawn edge, lawn edging, kerb, curb, runway, дорожкой, дорожку, "
    "дорожке, дорожек, беговая дорожка, беговой дорожки, беговую дорожку, беговой дорожке, садовая дорожка, садовой "
    "дорожки, садовую дорожку, дорожка садовая, дорожка беговая, велодорожка, велодорожки, велодорожку, велодорожке, "
    "тротуар, тротуара, тротуаре, тропинка, тропинки, тропинку, аллея, аллеи, аллею, аллее, газон, газона, газоне, "
    "край газона, края газона, вдоль газона, кромка газона, отмостка, отмостки, отмостку, набережная, набережной, "
    "денник, денника, деннике, денники, денников, конюшня, конюшни, конюшню, конюшне, терраса, террасы, террасу, "
    "террасе, террасой, веранда, веранды, веранду, веранде, бассейн, бассейна, бассейне, бассейну, бассейном, балкон, "
    "балкона, балконе, лоджия, лоджии, лоджию, гараж, гаража, гараже, патио, беседка, беседки, беседку, беседке, "
    "крыльцо, крыльца, крыльце, пандус, пандуса, стадион, стадиона, стадионе, вольер, вольера, вольере, баня, бани, "
    "баню, бане, сауна, сауны, сауну, сауне, подвал, подвала, подвале, раздевалка, раздевалки, раздевалку, раздевалке"
)
SITES = (
    "kindergarten, nursery, schoolyard, детскую площадку, спортивную площадку, спортплощадка, спортплощадки, "
    "спортплощадку, игровую площадку, детский сад, детского сада, детском саду, детсад, детсада, детсаду, садик, "
    "садика"
)
"""Places that are labels with a number, «детсад №5»; alone they say nothing either."""
AROUND = (
    r"for|at|in|on|by|near|the|a|an|my|our|your|tiles?|floor(?:ing)?|mats?|surround|area|outdoor|home|для|на|в|во|у|под|"
    r"возле|около|к|моей|моего|нашей|нашего|нашу|плитк[а-я]+|пол(?:а|у|ом)?|покрыти[а-я]+|зон[а-я]+"
)
"""Little words beside them, as a pattern over text in small letters."""
DATES = (
    r"(?:(?:needed|need|required|delivery|deliver|by|before|till|until|on|for|to|next|this|end of|the|early|mid|late|"
    r"доставка|нужно|нужна|к|до|на|в|во|конц[ау]|начал[ау]|следующ[а-я]+)[ ]+)*"
    r"(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|tomorrow|today|weekend|week|month"
    r"|january|february|march|april|june|july|august|september|october|november|december"
    r"|понедельник[а-я]*|вторник[а-я]*|сред[уы]|четверг[а-я]*|пятниц[а-я]*|суббот[а-я]*|воскресень[а-я]*|завтра|сегодня"
    r"|январ[яюь]|феврал[яюь]|марта?|апрел[яюь]|мая|июн[яюь]|июл[яюь]|август[ау]?|сентябр[яюь]|октябр[яюь]|ноябр[яюь]"
    r"|декабр[яюь])|самовывоз(?:ом)?|доставка"
)
"""When a tile is needed, as a pattern over text in small letters."""
TOWN = r"[ ](?:in|at|near|в|под)[ ](?=[A-ZА-ЯЁ])[^\W\d_-]+(?:[ -][A-ZА-ЯЁ][^\W\d_-]+)?"
"""A name behind a place, as a pattern over text as it was typed: `the kindergarten in Leeds`."""
