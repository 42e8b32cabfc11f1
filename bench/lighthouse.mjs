// Walks from the form to the receipt as a telephone would, and prints Lighthouse's three scores of each page as a
// line of JSON. Arguments: the folder whose node_modules holds lighthouse, and the address of a form.
import { createRequire } from "node:module"
import { pathToFileURL } from "node:url"

const [home, address] = process.argv.slice(2)
const require = createRequire(`${home}/`)
const load = (name) => import(pathToFileURL(require.resolve(name)).href)
const { startFlow } = await load("lighthouse")
const { default: puppeteer } = await load("puppeteer-core")

const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM,
  args: ["--headless=new", "--no-sandbox", "--disable-background-networking", "--disable-component-update"],
})
const page = await browser.newPage()
const config = {
  extends: "lighthouse:default",
  settings: { onlyCategories: ["performance", "accessibility", "best-practices"], disableStorageReset: true },
}
const flow = await startFlow(page, { config })

const press = (selector) => page.$eval(selector, (button) => button.click())
const follow = (selector) => Promise.all([page.waitForNavigation({ waitUntil: "load" }), press(selector)])

await flow.navigate(address, { name: "form" })
await page.goto(address)
const chosen = { story_of: "mine", about_child: "no", danger_now: "no", recognition_harm: "no", consent_tier: "2" }
for (const [name, value] of Object.entries(chosen)) await press(`input[name=${name}][value='${value}']`)
await page.type("#what_happened", "Nobody answered for three months.")
await page.select("#country", "MA")
await page.type("#happened_when", "2020")
await follow("button[value=check]")
await flow.navigate(() => press("button[value=send]"), { name: "receipt" })
await page.waitForSelector(".receipt .code")

for (const { name, lhr } of (await flow.createFlowResult()).steps) {
  const scores = Object.values(lhr.categories).map(({ id, score }) => [id, Math.round(score * 100)])
  const lacking = Object.values(lhr.categories).flatMap(({ auditRefs }) => auditRefs)
    .filter(({ id, weight }) => weight && (lhr.audits[id].score ?? 1) < 1).map(({ id }) => id)
  console.log(JSON.stringify({ page: name, ...Object.fromEntries(scores), lacking }))
}
await browser.close()
