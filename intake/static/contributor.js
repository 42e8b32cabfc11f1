// How much is typed, beside what fits: counted in characters as the server counts them.
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
// Whoever leaves quickly leaves no words in the fields, which a browser would bring back, and nothing on the device.
// Without a connection our server is not told: the next time it is (submissions/views/leaving).
document.querySelector(".leave form")?.addEventListener("submit", ({ target }) => {
  document.cookie = "gone=1;path=/;max-age=7776000"
  document.body.hidden = true
  for (const form of document.forms) if (form !== target) {
    form.autocomplete = "off"
    form.reset()
  }
  self.indexedDB?.deleteDatabase("intake")
  self.caches?.delete("device")
})
