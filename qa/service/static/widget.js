// Puts Dalil into any page: <script src="https://HOST/widget.js" data-language="ar" defer></script>
// A classic script, so that one tag is enough; everything else is fetched from where this file came.
(() => {
  const script = document.currentScript;
  const base = new URL(".", script.src);
  import(new URL("static/v-0/widget-app.js", base).href)
    .then(({ mount }) => mount({ ...script.dataset }))
    .catch((error) => console.error(`Dalil's widget cannot start. Is ${location.origin} among the widget_origins of ${base.origin}?`, error));
})();
