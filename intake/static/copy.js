// Puts a code into the clipboard, where the browser lets a page do that.
for (const asked of document.querySelectorAll("[data-copies]")) {
  if (!navigator.clipboard) break
  const [button, told] = asked.children
  asked.hidden = false
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(document.querySelector(asked.dataset.copies).textContent.trim())
      told.textContent = asked.dataset.done
    } catch { asked.hidden = true }
  })
}
