// Loaded before the page is drawn: the reader's own choice, where one was made on this machine, stands above the system's.
(function () {
  try {
    var chosen = localStorage.getItem("course-theme");
    if (chosen === "dark" || chosen === "light") { document.documentElement.dataset.theme = chosen; }
  } catch (e) { /* A browser that keeps nothing follows the system. */ }
})();
