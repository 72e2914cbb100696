// Runs before the page is drawn, so that it never shows first in another language or in other colours.
(() => {
  const stored = (name) => {
    try {
      return localStorage.getItem(`dalil.${name}`);
    } catch {
      return null; // Storage can be switched off.
    }
  };
  const root = document.documentElement;
  const asked = (navigator.languages ?? [navigator.language]).find((language) => /^(ar|en)\b/.test(language)) ?? "en";
  root.lang = ["ar", "en"].includes(stored("language")) ? stored("language") : asked.slice(0, 2);
  root.dir = root.lang === "ar" ? "rtl" : "ltr";
  if (["light", "dark"].includes(stored("theme"))) root.dataset.theme = stored("theme");
})();
