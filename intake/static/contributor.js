for (const told of document.querySelectorAll("[data-count]")) {
  const area = told.closest(".field").querySelector("textarea"), limit = +told.dataset.count
  const inWords = new Intl.NumberFormat(`${document.documentElement.lang}-u-nu-latn`)
  const tell = () => {
    const typed = [...area.value.trim().normalize()].length
    told.textContent = typed ? `(${inWords.format(typed)})` : ""
    told.classList.toggle("error", typed > limit)
  }
  area.addEventListener("input", tell)
  tell()
}
// Why: submissions/views/leaving.py
document.querySelector(".leave form")?.addEventListener("submit", ({ target }) => {
  document.cookie = "gone=1;path=/;max-age=7776000"
  document.body.hidden = true
  for (const form of document.forms) if (form !== target) {
    form.autocomplete = "off"
    form.reset()
  }
  indexedDB.deleteDatabase("intake")
  self.caches?.delete("device")
})
