/** Light or dark, before anything is drawn; a script of its own, because the page's policy allows none inside it. */
(() => {
  try {
    const theme = JSON.parse(localStorage.getItem("plitka.theme") ?? "null");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch {
    // The system's choice then holds.
  }
})();
