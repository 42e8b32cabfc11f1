{
  let numbers
  const inWords = number => {
    numbers ??= new Intl.NumberFormat(`${document.documentElement.lang}-u-nu-latn`)
    return numbers.format(number)
  }
  for (const told of document.querySelectorAll("[data-count]")) {
    const area = told.closest(".field").querySelector("textarea"), limit = +told.dataset.count
    const tell = () => {
      const typed = [...area.value.trim().normalize()].length
      told.textContent = typed ? `(${inWords(typed)})` : ""
      told.classList.toggle("error", typed > limit)
    }
    area.addEventListener("input", tell)
    if (area.value) tell()
  }
}
// Why: submissions/views/leaving.py. A page that takes the place of another runs this again.
{
  const way = document.querySelector(".leave form"), tabs = way && self.BroadcastChannel && new BroadcastChannel("intake")
  const vanish = () => {
    document.body.hidden = true
    for (const form of document.forms) if (form !== way) {
      form.autocomplete = "off"
      form.reset()
    }
  }
  way?.addEventListener("submit", () => {
    document.cookie = `gone=${way.elements.csrf_token.value};path=/;max-age=7776000`
    vanish()
    tabs?.postMessage("left")
    indexedDB.deleteDatabase("intake")
    self.caches?.delete("device")
  })
  tabs?.addEventListener("message", ({ data }) => {
    if (data === "left" && !document.body.hidden) {
      vanish()
      location.replace("about:blank")
    }
  })
}
