/// <reference lib="webworker" />
import { addPlugins, cleanupOutdatedCaches, matchPrecache, precache } from "workbox-precaching";
import { createOfflineService } from "../src/app/offline/offline-service.ts";

declare const self: ServiceWorkerGlobalScope & { __WB_MANIFEST: Parameters<typeof precache>[0] };

/** Storing dozens of files takes a core for a second: with pauses between them, nobody who works meanwhile feels it. */
let pauseMs = 25;
const pause = () => new Promise((goOn) => setTimeout(goOn, pauseMs));

addPlugins([{ requestWillFetch: ({ request }) => pause().then(() => request) }]);
precache(self.__WB_MANIFEST);
cleanupOutdatedCaches();

const service = createOfflineService({
  scope: self.registration.scope,
  matchApp: matchPrecache,
  caches: self.caches,
  fetch: (request) => fetch(request),
  tell: async (clientId, message) => {
    // A page's own log has its requests; those of its workers it cannot see.
    const asker = await self.clients.get(clientId);
    if (asker?.type === "window") return;
    for (const page of await self.clients.matchAll({ type: "window" })) page.postMessage(message);
  },
});

self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const answer = service.answer(event.request, event.clientId);
  if (answer) event.respondWith(answer);
});

self.addEventListener("message", (event) => {
  // The new version takes over only when the user asks: a page never changes under a reader's hands.
  if (event.data?.kind === "take-over") event.waitUntil(self.skipWaiting());
  if (event.data?.kind === "hurry") pauseMs = 0;
  if (event.data?.kind === "keep-sample") event.waitUntil(service.keepSample(event.data.url));
});
