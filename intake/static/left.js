// Whoever left quickly leaves nothing on the device, also where the browser does not heed the header that says so.

const { indexedDB, caches } = self, { serviceWorker } = navigator
const databases = await indexedDB?.databases?.().catch(() => []) ?? []
for (const { name } of [...databases, { name: "intake" }]) indexedDB?.deleteDatabase(name)
for (const name of await caches?.keys() ?? []) caches.delete(name)
for (const worker of await serviceWorker?.getRegistrations() ?? []) worker.unregister()
