// Builds elements. A text is always a text: nothing that a person wrote is ever read as markup.

const SVG = new Set(["svg", "path", "line", "circle", "rect", "polyline", "g", "text", "title"]);

// What an element shows from now on: what is not there is left out, and lists are opened, as h does.
export function fill(element, ...children) {
  element.replaceChildren(...there(children));
  return element;
}

const there = (children) => children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);

export function h(tag, props = {}, ...children) {
  const element = SVG.has(tag) ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) set(element, name, value);
  element.append(...there(children));
  return element;
}

function set(element, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
  else if (name === "value" || name === "checked") element[name] = value;
  else if (name === "hidden" || name === "disabled") element.toggleAttribute(name, Boolean(value));
  else element.setAttribute(name, value === true ? "" : String(value));
}
