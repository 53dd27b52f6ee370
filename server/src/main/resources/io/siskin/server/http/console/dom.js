/** Makes elements. Text is always set as text, so what a document or a query has in it is never read as HTML. */

const SVG = 'http://www.w3.org/2000/svg';

/**
 * Makes an element.
 *
 * @param {string} tag its name; `svg:NAME` for SVG
 * @param {Object} [props] `class`; `on…` listeners; `vars`, custom properties of its style; other names are properties of the
 *   element where it has them (`value`, `disabled`) and attributes else. null, undefined and false leave out
 * @param {...(Node | string | number | null | undefined | false | Array)} children what is in it
 * @returns {HTMLElement & SVGElement} the element
 */
export function h(tag, props = {}, ...children) {
  const isSvg = tag.startsWith('svg:');
  const element = isSvg ? document.createElementNS(SVG, tag.slice(4)) : document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === 'class') element.setAttribute('class', value);
    else if (name === 'vars') Object.entries(value).forEach(([key, one]) => element.style.setProperty(key, one));
    else if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (!isSvg && name in element && !name.includes('-') && typeof element[name] !== 'object') element[name] = value;
    else element.setAttribute(name, value === true ? '' : value);
  }
  append(element, children);
  return element;
}

function append(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) element.append(child);
  }
}

/**
 * Replaces what is in an element.
 *
 * @param {Element} element the element
 * @param {...*} children see {@link h}
 * @returns {Element} the element
 */
export function fill(element, ...children) {
  element.replaceChildren();
  append(element, children);
  return element;
}

let lastId = 0;

/** A new id for labels. @param {string} prefix what it begins with */
export function newId(prefix) {
  return `${prefix}-${++lastId}`;
}
