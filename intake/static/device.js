// A form that somebody chose to keep on this device: it opens, is filled and waits to be sent without a connection.
//
// The browser's own database holds a record for each form (by its address, whatever the language) and the files that
// go along. A record is {pairs, waiting, version}: what is typed, with the form's own token, by which the server keeps
// it once however often it is sent; whether somebody asked that it be sent; and a mark that changes with every writing,
// so that two tabs cannot overwrite each other. A file is {id, place, token, blob, name} and follows the form with that
// token; once that was received it has a permit instead. Of a file that was refused its name stays, and why.
//
// Of what was sent its token is kept for a day, as {place, token, mark, sent}, and none of its words: its receipt is
// shown again to whoever asks for it, if the page was gone before the code was noted. By the mark a page that says that
// something is withdrawn or deleted says what is to go from here as well.
//
// What is shown is always one state, and each state that speaks of the record is written before it is shown.

const CACHE = "device", FIRST_PAUSE = 2_000, LONGEST_PAUSE = 60_000, SAVED_AFTER = 300
const PATIENCE = 30_000, LONG_PATIENCE = 60_000, LEAVES_WITHIN = 1_000, A_DAY = 86_400_000
const here = location.pathname.replace(/\/$/, "").replace(/\/device$/, "")
const place = here.replace(/^\/[a-z]{2}\//, "/"), home = `${here}/device`
const tabs = "BroadcastChannel" in window ? new BroadcastChannel("intake") : null

let panel, form, state, version, saving, trying, pause = FIRST_PAUSE, puzzle = "", goesOn = false, hasLeft = false
let told = [], receipt, fading

// The database. Asking for one makes it, so it is given up again where nobody keeps anything.

const opened = make => new Promise((resolve, reject) => {
  const asked = indexedDB.open("intake")
  asked.onupgradeneeded = () => {
    if (!make) return asked.transaction.abort()
    asked.result.createObjectStore("forms")
    asked.result.createObjectStore("files", { keyPath: "id", autoIncrement: true })
  }
  asked.onsuccess = () => resolve(asked.result)
  asked.onerror = () => make ? reject(asked.error) : resolve(null)
})
const one = asked => new Promise((resolve, reject) => {
  asked.onsuccess = () => resolve(asked.result)
  asked.onerror = () => reject(asked.error)
})
const within = async (work, make = false) => {
  const database = await opened(make)
  if (!database) return undefined
  const change = database.transaction(["forms", "files"], "readwrite")
  const ended = new Promise((resolve, reject) => {
    change.oncomplete = resolve
    change.onabort = () => reject(change.error)
  })
  try {
    const [result] = await Promise.all([work(change.objectStore("forms"), change.objectStore("files")), ended])
    return result
  } finally { database.close() }
}
const kept = () => within(forms => one(forms.get(place)))
// What was sent from here and is not noted yet, the newest last; what is older than a day goes.
const receipts = async () => await within(async forms => {
  const sent = (await one(forms.getAll())).filter(record => record.sent).sort((first, second) => first.sent - second.sent)
  const isOver = record => Math.abs(Date.now() - record.sent) > A_DAY
  for (const record of sent.filter(isOver)) forms.delete(sentKey(record.token))
  return sent.filter(record => !isOver(record))
}) ?? []
const sentKey = token => `sent ${token}`
const filesKept = async () => await within((_, files) => one(files.getAll())) ?? []
const tokenIn = pairs => pairs.find(([name]) => name === "form_token")?.[1]

// What is shown

const show = now => {
  state = now
  panel.hidden = !now
  if (form) form.inert = now === "sending" || now === "looking"
  if (!now) return
  const named = {
    keeping: !!version && now !== "elsewhere", files: told.some(file => !file.isOver || file.why),
    permit: told.some(file => file.permit), receipt: !!receipt,
  }
  panel.querySelector("[role=status]").textContent = panel.dataset[now] ?? ""
  for (const part of panel.querySelectorAll("[data-when]")) {
    part.hidden = !part.dataset.when.split(" ").some(name => name === now || named[name])
  }
}
const attend = now => {
  show(now)
  trouble("")
  panel.scrollIntoView()
  panel.focus({ preventScroll: true })
}
const trouble = words => {
  const line = panel.querySelector("[data-trouble]")
  line.textContent = words
  line.hidden = !words
}

// The form

const NOT_TYPED = new Set(["csrf_token", "step", "puzzle", "solution", "under", "code"])
const typed = () => {
  const pairs = [...new FormData(form)].filter(([name, value]) => !NOT_TYPED.has(name) && typeof value === "string")
  // Where a form is asked which of two it is: another one than what was saved says so from now on. A code is not kept.
  const isApart = form.elements.under?.value === "apart"
  return isApart ? [...pairs.filter(([name]) => name !== "saved"), ["saved", "0"]] : pairs
}
const isWhole = () => form?.dataset.device === "form"
const fill = pairs => {
  for (const field of form.elements) {
    // In which words consent is asked for is told by the page that asks.
    if (!field.name || field.name === "wording" || NOT_TYPED.has(field.name)) continue
    const own = pairs.filter(([name]) => name === field.name).map(([, value]) => value)
    if (field.type === "radio" || field.type === "checkbox") field.checked = own.includes(field.value)
    // What the page itself says unseen stands where the record says nothing of it.
    else field.value = own[0] ?? (field.type === "hidden" ? field.value : "")
  }
  for (const folded of form.querySelectorAll("details")) if (folded.querySelector(":checked")) folded.open = true
  for (const area of form.querySelectorAll("textarea")) area.dispatchEvent(new Event("input"))
}
// A page that came back from the server may hold a new token, another version of what was saved under a code, the
// languages that were worked out, other words for consent, and no empty answers.
const NOT_SAID = new Set(["form_token", "saved", "language", "languages", "wording"])
const isSame = (ones, others) => {
  const [first, second] = [ones, others].map(pairs => pairs
    .filter(([name, value]) => value && !NOT_SAID.has(name))
    .map(pair => JSON.stringify(pair).replaceAll("\\r\\n", "\\n")).sort().join())
  return first === second
}

// Writing the record: only over what this tab saw last

let last = Promise.resolve()
const inTurn = work => last = last.catch(() => {}).then(work)
const write = (change, how) => inTurn(() => writeNow(change, how))
const look = () => inTurn(lookNow)
const writeNow = async (change, { make = false, insists = false } = {}) => {
  clearTimeout(saving)
  saving = undefined
  const mark = crypto.randomUUID()
  const done = await within(async (forms, files) => {
    const record = await one(forms.get(place))
    if (!insists && record?.version !== version) return false
    const next = { ...record, ...form && { pairs: typed() }, saving: false, ...change, version: mark }
    forms.put(next, place)
    const [before, after] = [record, next].map(one => one && tokenIn(one.pairs))
    if (record && before !== after) {
      for (const file of await one(files.getAll())) if (file.token === before) files.put({ ...file, token: after })
    }
    return true
  }, make)
  if (!done) return await lookNow(), false
  version = mark
  tabs?.postMessage("")
  return true
}
// Another tab may have written, sent or removed it.
const lookNow = async () => {
  if (!panel || hasLeft) return
  const record = await kept()
  await list()
  if (record?.version === version && state !== "elsewhere") return
  clearTimeout(saving)
  saving = undefined
  if (record && form) show("elsewhere")
  else if (version || state === "elsewhere") {
    version = undefined
    show("gone")
  }
}
const keepTyped = async () => {
  try {
    if (await write({ waiting: false }) && state === "failed") show("kept")
  } catch { show("failed") }
}

// Keeping and removing

// Another tab may have removed the worker while the page was fetched.
const isThere = async () => !!await caches.match(home, { cacheName: CACHE }) && !!await navigator.serviceWorker.getRegistration(home)
const keepPage = async () => {
  // The form has an address in each language; what is kept is this one, to which the worker leads from all of them.
  await Promise.all([...document.querySelectorAll(".languages a")].map(({ hreflang }) => navigator.serviceWorker
    .register(panel.dataset.worker, { scope: home.replace(/^\/[a-z]{2}\//, `/${hreflang}/`) })))
  await navigator.serviceWorker.ready
  // Asked for as a stranger: nothing of who is signed in lies in the cache.
  const asked = fetch(home, { cache: "no-store", credentials: "omit", headers: { "X-Device": "1" } })
  // Without a connection the page of the form that was kept before does as well.
  const answer = await asked.catch(async error => { if (!await isThere()) throw error })
  if (!answer) return
  if (!answer.ok) throw new Error(answer.status)
  const page = new DOMParser().parseFromString(await answer.clone().text(), "text/html")
  const parts = [...page.querySelectorAll("link[rel=stylesheet], link[rel=icon], script[src], img[src]")]
  const cache = await caches.open(CACHE)
  await cache.addAll([...new Set(parts.map(part => part.getAttribute("href") ?? part.getAttribute("src")))])
  await cache.put(home, answer)
}
// Keeping and tidying take turns, in all tabs: what keeping has fetched is needed by no record yet.
const undisturbed = work => navigator.locks ? navigator.locks.request("intake keeping", work) : work()
const start = async () => {
  if (await kept()) return look()
  // Where another tab has removed everything meanwhile the worker is never ready.
  const tooLong = new Promise((_, reject) => setTimeout(reject, LONG_PATIENCE))
  try {
    const isKept = await undisturbed(async () => {
      await Promise.race([keepPage(), tooLong])
      if (!await isThere()) throw new Error("removed")
      return write({ waiting: false }, { make: true })
    })
    if (isKept) show("kept")
  } catch {
    version = undefined
    await tidy()
    show("failed")
  }
}
const clear = async () => {
  clearTimeout(saving)
  clearTimeout(trying)
  saving = version = undefined
  told = []
  await Promise.all([
    new Promise(resolve => {
      const asked = indexedDB.deleteDatabase("intake")
      asked.onsuccess = asked.onerror = resolve
    }),
    caches.delete(CACHE),
    navigator.serviceWorker.getRegistrations().then(all => Promise.all(all.map(worker => worker.unregister()))),
  ])
  tabs?.postMessage("")
}
// What nothing needs any more goes: the page of a form that is not kept, or everything.
const tidy = () => undisturbed(async () => {
  const sent = await receipts()
  const [keys, files] = await Promise.all([within(forms => one(forms.getAllKeys())), filesKept()])
  const needed = new Set([...keys ?? [], ...[...sent, ...files].map(one => one.place)])
  if (!needed.size) {
    const results = told
    await clear()
    told = results
  } else if (!needed.has(place)) {
    const cache = await caches.open(CACHE)
    for (const request of await cache.keys()) if (new URL(request.url).pathname.endsWith(`${place}/device`)) await cache.delete(request)
  }
})

// Files

const stateOf = (file, before) => !file.permit ? "held" : before === "goes" || before === "late" ? before : "waits"
const list = async () => {
  const files = (await filesKept()).filter(file => file.permit || file.why || (version && file.place === place))
  const known = new Set(files.map(file => file.id))
  const before = new Map(told.map(file => [file.id, file]))
  told = [
    ...told.filter(file => !known.has(file.id) && file.isOver && !file.why),
    ...files.map(({ blob, ...file }) => ({ size: blob?.size, ...file, now: stateOf(file, before.get(file.id)?.now) })),
  ]
  const sent = await receipts(), { received, token } = panel.dataset
  receipt = sent.findLast(record => received ? record.token === token : record.place === place)
  clearTimeout(fading)
  if (receipt) fading = setTimeout(deliver, receipt.sent + A_DAY - Date.now() + 1_000)
  const rows = panel.querySelector("[data-files]"), row = panel.querySelector("template").content
  const inWords = new Intl.NumberFormat(`${document.documentElement.lang}-u-nu-latn`)
  rows.hidden = !told.length
  rows.replaceChildren(...told.map(file => {
    const item = row.cloneNode(true), [size, what] = item.querySelectorAll("p > span"), button = item.querySelector("button")
    item.querySelector("bdi").textContent = file.name
    size.textContent = panel.dataset.size.replace("#", inWords.format(Math.ceil(file.size / 1000)))
    what.textContent = file.why ? `${panel.dataset.refusedFile} ${file.why}` : panel.dataset[file.now]
    button.lastElementChild.textContent = `: ${file.name}`
    button.hidden = (file.isOver && !file.why) || file.now === "goes"
    button.addEventListener("click", async () => {
      await within((_, store) => one(store.delete(file.id)))
      tabs?.postMessage("")
      await tidy()
      await list()
    })
    return item
  }))
  const isPast = state === "told" || (!receipt && (state === "sent" || state === "again"))
  show((isPast ? "" : state) || (told.length || receipt ? "told" : ""))
}
const choose = async input => {
  const chosen = [...input.files], limit = panel.dataset
  input.value = ""
  let why = ""
  await within(async (forms, files) => {
    const record = await one(forms.get(place))
    if (!record || record.version !== version) return
    const token = tokenIn(record.pairs), own = (await one(files.getAll())).filter(file => file.token === token)
    let count = own.length, size = own.reduce((sum, file) => sum + file.blob.size, 0)
    for (const blob of chosen) {
      if (!blob.size) why = limit.empty
      else if (blob.size > limit.each) why = limit.large
      else if (count >= limit.most || size + blob.size > limit.all) why = limit.many
      else {
        files.add({ place, token, name: blob.name, blob })
        count += 1
        size += blob.size
        continue
      }
      why = `\u2068${blob.name}\u2069: ${why}`
    }
  }).catch(() => { why = limit.failed })
  trouble(why)
  tabs?.postMessage("")
  await look()
}
// What was received takes its files along: they have a permit from now on, and the words go.
// The way to the receipt of what was `sent` from the device stays a day; what was saved is known by its version.
// What took the place of something that was saved came under another token than it has now.
const received = async ({ token, came, permit, mark, received: how, saved }, sent) => {
  const isOf = its => !!its && (its === token || its === came)
  await within(async (forms, files) => {
    const record = await one(forms.get(place))
    const isIt = record && isOf(tokenIn(record.pairs)) && (!sent || record.version === sent.version)
    if (isIt && how === "sent") forms.delete(place)
    if (isIt && how === "saved" && record.saving) {
      const others = record.pairs.filter(([name]) => name !== "saved" && name !== "form_token")
      const pairs = [...others, ["form_token", token], ["saved", saved]]
      forms.put({ ...record, pairs, saving: false }, place)
    }
    if (sent) forms.put({ place, token, mark, sent: Date.now() }, sentKey(token))
    for (const { token: its, ...file } of await one(files.getAll())) if (isOf(its)) files.put({ ...file, permit, mark })
  })
  tabs?.postMessage("")
}
const deliver = () => alone("files", async () => {
  const tell = (id, news) => {
    told = told.map(file => file.id === id ? { ...file, ...news } : file)
    return list()
  }
  let isToTryAgain = false
  for (const { id, permit, name, blob } of (await filesKept()).filter(file => file.permit)) {
    if (told.some(file => file.id === id && file.now === "late")) continue
    await tell(id, { now: "goes" })
    try {
      const body = new FormData()
      body.append("csrf_token", await fresh())
      body.append("file", blob, name)
      // Beside the body, so that the server can refuse without taking the file in.
      const answer = await post(panel.dataset.upload, body, { "X-Permit": permit })
      if (isGone(answer)) throw new Gone(answer.status)
      if (!answer.ok && answer.status !== 413) throw new Error(answer.status)
      const { taken, why } = answer.ok ? await answer.json() : { why: panel.dataset.large }
      const news = { permit: null, isOver: true, why: taken ? "" : why }
      await within((_, files) => one(taken ? files.delete(id) : files.put({ id, place, name, size: blob.size, ...news })))
      tabs?.postMessage("")
      await tell(id, { now: "taken", ...news })
    } catch (error) {
      // Whatever holds up this one, those behind it may get through.
      isToTryAgain ||= !(error instanceof Gone)
      await tell(id, { now: error instanceof Gone ? "late" : "waits" })
    }
  }
  if (isToTryAgain) again()
  await tidy()
  await list()
})

// Sending

const alone = (name, work) =>
  navigator.locks ? navigator.locks.request(`intake ${name}`, { ifAvailable: true }, lock => lock && work()) : work()
const post = (address, body, more) =>
  fetch(address, { method: "POST", body, headers: { "X-Device": "1", ...more }, signal: AbortSignal.timeout(LONG_PATIENCE) })
const pageOf = async answer => new DOMParser().parseFromString(await answer.text(), "text/html")
class Gone extends Error {}
const isGone = answer => answer.status === 404 || answer.status === 410
const fresh = async () => {
  const answer = await fetch(home, { cache: "no-store", headers: { "X-Device": "1" }, signal: AbortSignal.timeout(PATIENCE) })
  if (isGone(answer)) throw new Gone(answer.status)
  const token = (await pageOf(answer)).querySelector("[name=csrf_token]")?.value
  if (!token) throw new Error(answer.status)
  return token
}
const again = () => {
  clearTimeout(trying)
  trying = setTimeout(carryOn, pause)
  pause = Math.min(pause * 2, LONGEST_PAUSE)
}
const carryOn = async () => {
  if (hasLeft) return
  await send()
  await deliver()
}
// The page that answers what is sent, and what its panel says.
const ask = async (pairs, step = "send") => {
  // While very much is sent a puzzle is asked: to send the same one back after a while is enough.
  const body = new URLSearchParams([...pairs, ["csrf_token", await fresh()], ["puzzle", puzzle], ["step", step]])
  const answer = await post(home, body), page = await pageOf(answer)
  if (isGone(answer)) throw new Gone(answer.status)
  if (answer.status === 429 || answer.status >= 500) {
    puzzle = page.querySelector("[name=puzzle]")?.value ?? ""
    throw new Error(answer.status)
  }
  const what = page.querySelector("[data-words]")?.dataset
  if (!what) throw new Error("this is not our page")
  return { page, what }
}
const send = async () => {
  if (state !== "waiting") return
  show("sending")
  await alone(place, async () => {
    const record = await kept()
    if (!record?.waiting || record.version !== version) return
    const { page, what } = await ask(record.pairs)
    if (what.received === "sent") await received(what, record)
    else await write({ waiting: false })
    await turnTo(page, what.received ?? "refused")
  }).catch(async error => {
    if (!(error instanceof Gone) || !await write({ waiting: false })) return
    attend("refused")
    trouble(panel.dataset.nowhere)
  })
  if (state !== "sending") return
  show("waiting")
  await look()
  if (state === "waiting") again()
}
// The page that the server answered takes the place of this one.
const turnTo = async (page, now) => {
  version = undefined
  const sheets = [...page.querySelectorAll("link[rel=stylesheet]")].filter(sheet => !document.querySelector(`[href="${sheet.getAttribute("href")}"]`))
  const main = document.adoptNode(page.querySelector("main"))
  document.head.append(...sheets)
  document.querySelector("main").replaceWith(main)
  // What a parser read runs nothing: the scripts of the page, but for this one, are put in anew.
  const scripts = [...page.querySelectorAll("head script[src]:not([type=module])"), ...main.querySelectorAll("script[src]")]
  for (const src of new Set(scripts.map(script => script.getAttribute("src")))) {
    document.head.append(Object.assign(document.createElement("script"), { src }))
  }
  // To load it again must not post once more what led to the page before.
  history.replaceState(null, "", home)
  scrollTo(0, 0)
  ;(main.querySelector("[role=alert][tabindex]") ?? main).focus()
  await begin(now)
}
// The receipt of what was sent before is asked for by its token alone: whatever became of it, this sends nothing.
const showReceipt = async () => {
  if (saving) await keepTyped()
  const sent = receipt, before = state
  show("looking")
  const { page, what } = await ask([["form_token", sent.token]], "receipt").catch(() => ({}))
  if (hasLeft) return
  if (what?.received === "sent") return turnTo(page, "again")
  if (what) await forget(sent)
  show(before)
  await list()
  trouble(what ? panel.dataset.unshown : panel.dataset.unseen)
}
const forget = async sent => {
  await within(forms => one(forms.delete(sentKey(sent.token))))
  tabs?.postMessage("")
  await tidy()
}
const forgetAllOf = async mark => {
  await within(async (forms, files) => {
    for (const record of await one(forms.getAll())) if (record.mark === mark) forms.delete(sentKey(record.token))
    for (const file of await one(files.getAll())) if (file.mark === mark) files.delete(file.id)
  })
  await tidy()
  tabs?.postMessage("")
}
const noted = async () => {
  await forget(receipt)
  if (panel.dataset.received) show("noted")
  await list()
  panel.focus()
}
// Who types the code back has it.
const typedBack = async event => {
  const plain = words => words.toUpperCase().replace(/[^A-Z0-9]/g, ""), confirmation = event.target
  if (!receipt || plain(confirmation.code.value) !== plain(document.querySelector(".receipt .code").textContent)) return
  event.preventDefault()
  await forget(receipt).catch(() => {})
  confirmation.submit()
}
// What the form says itself has to be answered: nobody is promised that it is sent while it cannot be taken.
const lacking = () => {
  const said = name => [...new FormData(form).getAll(name)].join("").trim()
  return JSON.parse(form?.dataset.needed ?? "[]").filter(({ name, least, only }) =>
    (!only || only[1].includes(said(only[0]))) && !said(`${name}_declined`) && [...said(name)].length < least)
}
const isLacking = () => {
  const open = lacking()
  panel.querySelector("[data-missing]")?.replaceChildren(...open.map(({ name }) => {
    const line = document.createElement("li"), link = Object.assign(document.createElement("a"), { href: `#${name}` })
    link.textContent = (form.querySelector(`#${name} > legend`) ?? form.querySelector(`[for=${name}]`)).textContent.trim()
    line.append(link)
    return line
  }))
  if (open.length) attend("lacking")
  return !!open.length
}
const isConnected = async () => {
  try {
    form.csrf_token.value = await fresh()
    return true
  } catch { return false }
}
const submitted = async event => {
  if (!version || goesOn) return
  event.preventDefault()
  const step = event.submitter?.value ?? "check", submitter = event.submitter
  // Where the browser has no more room the words still go to the server.
  if (await write({ waiting: false, saving: step === "save" }).catch(() => null) === false) return attend(state)
  show("looking")
  if (!await isConnected()) {
    if (step === "edit") location.assign(home)
    else if (step === "save") attend("unsaved")
    else if (!isLacking()) attend("asked")
  } else if (step === "send") await later()
  else {
    show("kept")
    goesOn = true
    form.requestSubmit(submitter)
    goesOn = false
  }
}
const later = async () => {
  if (isLacking()) return
  if (!await write({ waiting: true })) return
  attend("waiting")
  pause = FIRST_PAUSE
  await send()
}

// The page

const DO = {
  keep: start,
  later,
  noted,
  receipt: showReceipt,
  save: async () => form.requestSubmit(form.querySelector("[name=step][value=save]")),
  hold: () => {
    show("stopped")
    return write({ waiting: false })
  },
  take: async () => {
    const record = await kept()
    if (!isWhole()) return location.assign(home)
    if (!record) return look()
    version = record.version
    fill(record.pairs)
    settle(record, "back")
  },
  insist: async () => {
    if (!await kept()) return start()
    if (await write({ waiting: false }, { insists: true })) show("kept")
  },
  clear: async () => {
    await clear()
    await list()
    show("removed")
  },
}
const settle = (record, now) => {
  show(record.waiting ? "waiting" : now)
  list()
  if (record.waiting) carryOn()
}
const begin = async now => {
  panel = document.querySelector("[data-words]")
  form = document.querySelector("form[data-device]")
  state = version = undefined
  for (const button of panel.querySelectorAll("[data-do]")) {
    button.addEventListener("click", () => DO[button.dataset.do]().catch(() => show("failed")))
  }
  panel.querySelector("input[type=file]")?.addEventListener("change", event => choose(event.target))
  form?.addEventListener("submit", submitted)
  form?.addEventListener("input", () => {
    if (!version || state === "elsewhere") return
    clearTimeout(saving)
    if (state === "waiting") {
      show("stopped")
      keepTyped()
    } else saving = setTimeout(keepTyped, SAVED_AFTER)
  })
  if (panel.dataset.received && !now) await received(panel.dataset)
  const record = await kept()
  if (panel.dataset.received) {
    document.querySelector("[name=step][value=confirm]")?.form.addEventListener("submit", typedBack)
    state = now
    await list()
    return carryOn()
  }
  if (!record) {
    show(isWhole() ? "free" : "")
    await list()
  } else if (!form) {
    version = record.version
    if (!("posted" in panel.dataset)) copy(record.pairs)
    settle(record, now ?? "closed")
  } else if (!("posted" in panel.dataset)) {
    version = record.version
    fill(record.pairs)
    settle(record, now ?? "back")
    isThere().then(is => is || keepPage()).catch(() => {})
  } else if (isSame(record.pairs, typed())) {
    version = record.version
    if (isWhole() && tokenIn(record.pairs) !== tokenIn(typed())) await write({})
    settle(record, now ?? "kept")
  } else show("elsewhere")
  await list()
  await deliver()
}
const copy = pairs => {
  const chosen = new Set(panel.dataset.chosen.split(" "))
  panel.querySelector("[data-copy]").replaceChildren(...pairs.filter(([name, value]) => value.trim() && !chosen.has(name)).map(([, value]) => {
    const words = document.createElement("div"), text = document.createElement("p")
    Object.assign(words, { className: "words", dir: "auto" }).append(text)
    text.textContent = value
    return words
  }))
}
const disappear = () => {
  hasLeft = true
  document.body.hidden = true
  document.title = ""
}
const leave = async event => {
  event.preventDefault()
  const way = event.target
  disappear()
  // Whatever the browser does, nobody is kept here.
  await Promise.race([clear().catch(() => {}), new Promise(resolve => setTimeout(resolve, LEAVES_WITHIN))])
  tabs?.postMessage("left")
  // It goes on when the page is gone: on a slow line too the server is told.
  const told = fetch(way.action, {
    method: "POST", body: new FormData(way), headers: { "X-Device": "1" }, keepalive: true,
  }).catch(() => null)
  const answer = await Promise.race([told, new Promise(resolve => setTimeout(resolve, LEAVES_WITHIN))])
  location.replace(answer?.ok ? answer.url : "about:blank")
}

const gone = document.querySelector("[data-forget]")?.dataset.forget
if (!("serviceWorker" in navigator && "indexedDB" in window)) {
  // It is the ordinary form.
} else if (gone) await forgetAllOf(gone)
else {
  addEventListener("online", () => {
    pause = FIRST_PAUSE
    clearTimeout(trying)
    if (["asked", "unsaved", "lacking"].includes(state)) show("found")
    carryOn()
  })
  addEventListener("pageshow", event => event.persisted && look())
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") look().then(carryOn)
    else if (saving) keepTyped()
  })
  document.querySelector(".leave form")?.addEventListener("submit", leave)
  await begin()
  // Not before this page knows what it has; what came meanwhile is looked for.
  // What it says of help in danger changes: where there is a connection it is kept as it is now.
  undisturbed(async () => isWhole() && await kept() && keepPage()).catch(() => {})
  tabs?.addEventListener("message", ({ data }) => {
    if (data === "left") hasLeft = true
    else look()
  })
  await look()
}
