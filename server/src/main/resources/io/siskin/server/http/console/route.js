/** Where in the console one is. It stands behind the `#` of the address, so that no server needs to know it. */

/**
 * Makes a link.
 *
 * @param {string} name the page
 * @param {{path?: string, params?: Object<string, string | number | undefined>}} [rest] what follows; empty values are left out
 */
export function linkTo(name, {path, params} = {}) {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(params ?? {})) {
    if (value !== undefined && value !== null && value !== '') query.set(key, value);
  }
  return `#/${name}${path ? `/${encodeURIComponent(path)}` : ''}${query.size > 0 ? `?${query}` : ''}`;
}

/** Reads where one is. @param {string} [hash] the address's part from `#` on @returns {{name: string, path: string, params: URLSearchParams}} it */
export function readRoute(hash = location.hash) {
  const [where, query] = hash.replace(/^#\/?/, '').split(/\?(.*)/s);
  const [name, ...path] = where.split('/');
  return {name: name || 'search', path: decode(path.join('/')), params: new URLSearchParams(query ?? '')};
}

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Changes the address without leaving the page, so that it can be shared. @param {string} link the new place */
export function remember(link) {
  // This raises no event here; a step back to it or from it does.
  if (location.hash !== link) history.pushState(null, '', link);
}
