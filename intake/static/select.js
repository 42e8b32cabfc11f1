// Words that are selected in an answer fill the form that asks for a passage: the words, the answer, and which time
// they stand in it. Counted without white space, as the server counts them.
const form = document.querySelector("form[data-passage]")
const dense = (text) => text.replace(/[^\S\ufeff]|[\x1c-\x1f\x85]/g, "")

const said = (range) => {
  const part = range.cloneContents()
  for (const hint of part.querySelectorAll("[data-hint]")) hint.remove()
  return [...part.querySelectorAll("p")].reduce((text, p) => (p.append("\n\n"), text), part).textContent
}

const take = () => {
  const selection = getSelection()
  if (!selection.rangeCount || selection.isCollapsed) return
  const range = selection.getRangeAt(0), inside = range.commonAncestorContainer
  const answer = (inside.closest ? inside : inside.parentElement).closest("[data-answer]")
  const passage = said(range).trim(), sought = dense(passage)
  if (!answer || !sought) return
  const before = document.createRange(), whole = document.createRange()
  whole.selectNodeContents(answer)
  before.selectNodeContents(answer)
  before.setEnd(range.startContainer, range.startOffset)
  const text = dense(said(whole)), place = dense(said(before)).length
  let nth = 0
  for (let at = text.indexOf(sought); at >= 0 && at < place; at = text.indexOf(sought, at + 1)) nth++
  form.elements.passage.value = passage
  form.elements.answer.value = answer.dataset.answer
  fill(nth)
  const told = form.querySelector("[data-taken]")
  if (told) told.textContent = told.dataset.taken
}

// Which time is meant may stand as a list to choose from.
const fill = (nth) => {
  for (const field of form.querySelectorAll("[name=nth]")) {
    if (field.type === "hidden") field.value = nth
    else field.checked = field.value === String(nth)
  }
}

if (form) {
  document.addEventListener("mouseup", take)
  document.addEventListener("touchend", take)
  document.addEventListener("keyup", (event) => event.shiftKey && take())
  form.elements.passage.addEventListener("input", () => fill(""))
}
