/** One of a few things, side by side: radio buttons, so that arrows move between them. */
import { html } from "../html.js";
import { useId } from "../vendor/preact-hooks.js";

/**
 * @param {{legend: string, options: {value: string, label: string, hint?: string}[], value: string, onChoose: (value: string) => void}} props
 */
export function Choice({ legend, options, value, onChoose }) {
  const name = useId();
  return html`
    <fieldset class="choice">
      <legend>${legend}</legend>
      <div class="choice-row">
        ${options.map(
          (option) => html`
            <label key=${option.value} title=${option.hint}>
              <input type="radio" name=${name} value=${option.value} checked=${option.value === value} onChange=${() => onChoose(option.value)} />
              <span>${option.label}</span>
            </label>
          `,
        )}
      </div>
    </fieldset>
  `;
}
