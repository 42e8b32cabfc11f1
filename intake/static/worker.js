// Only the form that somebody keeps on their device, and the parts of its page, open without a connection. Nothing is
// kept here: what the cache holds was put there by the page itself, when it was asked to.
const FORM = /^\/[a-z]{2}\/sessions\/[^/]+\/submit\/[^/]+\/device$/, CACHE = "device", PATIENCE = 6_000

addEventListener("install", () => skipWaiting())
addEventListener("activate", event => event.waitUntil(clients.claim()))
addEventListener("fetch", event => {
  const request = event.request, address = new URL(request.url)
  if (request.method !== "GET" || request.headers.has("X-Device") || address.origin !== location.origin) return
  if (address.pathname.startsWith("/static/")) event.respondWith(kept(request).then(found => found ?? fetch(request)))
  else if (FORM.test(address.pathname)) event.respondWith(form(request))
})

const kept = request => caches.match(request, { cacheName: CACHE, ignoreVary: true })
// A thin line that answers nothing for long counts as none, and so does a server that is down. Where the form is gone
// from its address, what was typed into it is still shown.
const isThere = answer => answer && answer.status < 500 && answer.status !== 404 && answer.status !== 410
const form = async request => {
  const answer = fetch(request), slow = new Promise(resolve => setTimeout(resolve, PATIENCE))
  const first = await Promise.race([answer.catch(() => undefined), slow])
  return isThere(first) ? first : await kept(request) ?? await inAnotherLanguage(request) ?? answer
}
// Whoever follows the address in another language comes to the one that was kept.
const inAnotherLanguage = async request => {
  if (!await caches.has(CACHE)) return undefined
  const rest = one => new URL(one.url).pathname.slice("/en".length), cache = await caches.open(CACHE)
  const found = (await cache.keys()).find(one => rest(one) === rest(request))
  return found && Response.redirect(found.url)
}
