/** Calls the REST API of the server that the page came from. Paths are relative, so a proxy may serve both below a path. */

const KEY = 'siskin.key';

/** Where the server is, with a slash at the end. */
export const SERVER = new URL('..', document.baseURI);

/** Tells about the connection: `unreachable`, `reachable` and `caller` (when another key is used). */
export const events = new EventTarget();

let key = readKey();
let caller = null;
let askForKey = null;
let asking = null;
let isReachable = true;

function readKey() {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/** An answer of the server that is an error, with what it says. */
export class ApiError extends Error {
  /**
   * @param {number} status the status of HTTP
   * @param {{message?: string, details?: Object[]}} body a google.rpc.Status
   */
  constructor(status, body) {
    super(body?.message || `the server answered with status ${status}`);
    this.status = status;
    this.violations = (body?.details ?? []).flatMap((detail) => detail.fieldViolations ?? []);
  }
}

/** The server did not answer at all. */
export class UnreachableError extends Error {
  /** @param {unknown} cause what the browser said */
  constructor(cause) {
    super(`${SERVER.href} does not answer`, {cause});
  }
}

/**
 * Sends a request, asks for a key when the server wants one, and sends it again then.
 *
 * @param {string} path the path below the server's, such as `v1/collections`
 * @param {{method?: string, body?: Object, query?: Object, signal?: AbortSignal, type?: 'json' | 'text'}} [options] the rest;
 *   the method is POST with a body and GET without
 * @returns {Promise<any>} the answer: JSON, or text
 * @throws {ApiError} when the server refuses
 * @throws {UnreachableError} when it does not answer
 */
export async function call(path, options = {}) {
  for (;;) {
    const usedKey = key;
    const response = await send(path, options);
    if (response.ok) return options.type === 'text' ? response.text() : response.json();
    const error = new ApiError(response.status, await bodyOf(response));
    if (response.status !== 401) throw error;
    // Another request may have brought a key meanwhile.
    if (usedKey === key) await keyFor(usedKey === null ? null : error.message);
    options.signal?.throwIfAborted();
  }
}

async function bodyOf(response) {
  try {
    return await response.json();
  } catch {
    return {message: `the server answered ${response.status} ${response.statusText}`};
  }
}

async function send(path, {method, body, query, signal}, withKey = key) {
  const url = new URL(path, SERVER);
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== '') url.searchParams.set(name, value);
  }
  const headers = {};
  if (withKey) headers.Authorization = `Bearer ${withKey}`;
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  let response;
  try {
    response = await fetch(url, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal,
      redirect: 'error',
      credentials: 'same-origin',
    });
  } catch (cause) {
    signal?.throwIfAborted();
    setReachable(false);
    throw new UnreachableError(cause);
  }
  // What a proxy answers while the server behind it is away.
  const isAway = response.status === 502 || (response.status === 504 && !isJson(response));
  setReachable(!isAway);
  if (isAway) throw new UnreachableError(response.status);
  return response;
}

function isJson(response) {
  return (response.headers.get('Content-Type') ?? '').startsWith('application/json');
}

function setReachable(value) {
  if (value === isReachable) return;
  isReachable = value;
  events.dispatchEvent(new Event(value ? 'reachable' : 'unreachable'));
}

/** Asks whether the server answers; tells by {@link events}. @returns {Promise<boolean>} whether it does */
export async function probe() {
  try {
    await send('healthz', {}, null);
  } catch {
    // Told by the event.
  }
  return isReachable;
}

/**
 * Says how to get a key.
 *
 * @param {(refusal: string | null, check: (key: string) => Promise<string | null>) => Promise<void>} ask shows a form until
 *   `check` returns null for what was typed
 */
export function onKeyWanted(ask) {
  askForKey = ask;
}

function keyFor(refusal) {
  asking ??= askForKey(refusal, checkKey).finally(() => {
    asking = null;
  });
  return asking;
}

/** Tries a key, and uses it from now on if it is right. Returns null then, and else what is wrong. */
async function checkKey(tried) {
  // Of other characters, the browser makes no header.
  if (!/^[\x21-\x7e]+$/.test(tried)) return 'A key has letters, digits and signs, and no spaces.';
  const response = await send('v1/caller', {}, tried);
  if (!response.ok) {
    const {message} = new ApiError(response.status, await bodyOf(response));
    return response.status === 401 ? `The server refuses this key: ${message}.` : message;
  }
  key = tried;
  try {
    sessionStorage.setItem(KEY, tried);
  } catch {
    // Then the key lives as long as the page.
  }
  setCaller(await response.json());
  return null;
}

function setCaller(value) {
  caller = value;
  events.dispatchEvent(new Event('caller'));
}

/** Asks who the caller is. @returns {Promise<Object>} a GetCallerResponse */
export async function loadCaller() {
  setCaller(await call('v1/caller'));
  return caller;
}

/** Tells whether a key is in use. */
export function hasKey() {
  return key !== null;
}

/** Forgets the key; the next request asks for one. */
export function forgetKey() {
  key = null;
  caller = null;
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // It was not kept.
  }
}

const ROLES = ['ROLE_READ', 'ROLE_WRITE', 'ROLE_ADMIN'];

/**
 * Tells whether a caller may do something with a collection. The server decides; this decides which buttons are shown.
 *
 * @param {'ROLE_READ' | 'ROLE_WRITE' | 'ROLE_ADMIN'} role what for
 * @param {string} collection its name
 * @param {Object} [who] a GetCallerResponse; the caller of this page if left out
 */
export function can(role, collection, who = caller) {
  return (who?.grants ?? []).some(
    (grant) =>
      ROLES.indexOf(grant.role) >= ROLES.indexOf(role) &&
      (grant.collections ?? []).some((pattern) =>
        pattern.endsWith('*') ? collection.startsWith(pattern.slice(0, -1)) : pattern === collection,
      ),
  );
}

/** The path of a collection, for {@link call}. @param {string} name its name @param {string} [rest] what follows */
export function pathOf(name, rest = '') {
  return `v1/collections/${encodeURIComponent(name)}${rest}`;
}

/** Lists all collections, page by page. @param {AbortSignal} [signal] ends it @returns {Promise<Object[]>} them, by name */
export async function listCollections(signal) {
  const all = [];
  let pageToken = '';
  do {
    const page = await call('v1/collections', {query: {page_size: 1000, page_token: pageToken}, signal});
    all.push(...(page.collections ?? []));
    pageToken = page.nextPageToken ?? '';
  } while (pageToken !== '');
  return all;
}
