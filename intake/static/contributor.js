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
// Without a connection our server is not told that somebody left quickly: the next time it is (submissions/views/leaving).
document.querySelector(".leave form")?.addEventListener("submit", () => document.cookie = "gone=1;path=/;max-age=7776000")
