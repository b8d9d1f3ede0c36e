"use strict";

// The switch between light and dark.
(function () {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const button = document.querySelector("button.theme");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
  window.courseTheme = { isDark, changed: [] };
  const tell = () => {
    if (button) { button.setAttribute("aria-pressed", String(isDark())); }
    window.courseTheme.changed.forEach((draw) => draw());
  };
  if (button) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const wanted = isDark() ? "light" : "dark";
      const asSystem = (wanted === "dark") === system.matches;
      if (asSystem) { delete root.dataset.theme; } else { root.dataset.theme = wanted; }
      try {
        if (asSystem) { localStorage.removeItem("course-theme"); } else { localStorage.setItem("course-theme", wanted); }
      } catch (e) { /* Kept for this page only. */ }
      tell();
    });
  }
  system.addEventListener("change", tell);
  tell();
})();

// Charts: drawn when they come near the window, in the colours of the theme.
(function () {
  const figures = Array.from(document.querySelectorAll('script[type="application/json"][data-figure]'), (script) => ({
    place: document.getElementById(script.dataset.figure), script, figure: null, drawn: null,
  }));
  if (figures.length === 0) { return; }

  const dark = {
    "#ffffff": "#191f26", "#1a1a1a": "#e3e7eb", "#555555": "#a3adb8", "#e0e0e0": "#333b44", "#b0b0b0": "#6b7580", "#b5b5b5": "#78828d", "#000000": "#ffffff",
    "rgba(255,255,255,0.8)": "rgba(25,31,38,0.8)",
  };
  // Colours that stand for numbers were chosen with the ink on them: such charts stay on white paper.
  const staysLight = (figure) => (figure.data || []).some((trace) => /heatmap|contour|histogram2d|surface|image|parcoords/.test(trace.type || ""));
  // Numbers stand on bars: the pattern stays dark, also on the bars that were black.
  const patterned = (pattern) => (pattern && typeof pattern.fgcolor === "string" ? Object.assign({}, pattern, { fgcolor: "#000000" }) : pattern);
  const recoloured = (value, key) => {
    if (typeof value === "string") { return key === "text" || key === "hovertext" ? value : dark[value.toLowerCase()] || value; }
    if (Array.isArray(value)) { return value.length && typeof value[0] === "number" ? value : value.map((part) => recoloured(part, key)); }
    if (value && typeof value === "object") {
      const copy = {};
      Object.keys(value).forEach((name) => { copy[name] = name === "colorscale" ? value[name] : name === "pattern" ? patterned(value[name]) : recoloured(value[name], name); });
      return copy;
    }
    return value;
  };

  const draw = (one, isDark) => {
    if (!window.Plotly) {
      one.place.style.minHeight = "0";
      one.place.textContent = one.place.getAttribute("aria-label");
      return;
    }
    one.figure = one.figure || JSON.parse(one.script.textContent);
    const light = !isDark || staysLight(one.figure);
    const theme = light ? "light" : "dark";
    one.place.classList.toggle("paper", isDark && light);
    if (one.drawn === theme) { return; }
    const first = one.drawn === null;
    one.drawn = theme;
    const figure = light ? JSON.parse(JSON.stringify(one.figure)) : recoloured(one.figure);
    const config = Object.assign({ responsive: true, displaylogo: false }, figure.config);
    Plotly.react(one.place, figure.data || [], figure.layout || {}, config).then(() => {
      if (!first) { return; }
      if (figure.frames && figure.frames.length) { Plotly.addFrames(one.place, figure.frames); }
      showThumbnails(one.place, figure);
    });
  };

  const near = new IntersectionObserver((entries) => entries.filter((entry) => entry.isIntersecting).forEach((entry) => {
    near.unobserve(entry.target);
    draw(figures.find((one) => one.place === entry.target), window.courseTheme.isDark());
  }), { rootMargin: "1200px 0px" });
  figures.forEach((one) => near.observe(one.place));
  window.courseTheme.changed.push(() => figures.filter((one) => one.drawn).forEach((one) => draw(one, window.courseTheme.isDark())));
  // Paper is white, and shows every chart.
  addEventListener("beforeprint", () => figures.forEach((one) => draw(one, false)));
  addEventListener("afterprint", () => figures.forEach((one) => draw(one, window.courseTheme.isDark())));
})();

// The search: every word of the question begins a word of the section, whatever its case, accents and plural.
(function () {
  const form = document.querySelector("form.search");
  if (!form) { return; }
  const field = form.querySelector("input");
  const found = form.querySelector(".found");
  const status = found.querySelector("p");
  const list = found.querySelector("ol");
  const most = 20;
  let sections = null;
  form.hidden = false;

  const fold = (word) => word.toLowerCase().replace(/œ/g, "oe").replace(/æ/g, "ae").normalize("NFD").replace(/[\u0300-\u036f]/g, "");
  const wordsOf = (text) => Array.from(text.matchAll(/[\p{L}\p{N}_]+/gu), (match) => ({ word: fold(match[0]), at: match.index, end: match.index + match[0].length }));
  const stem = (word) => (word.length > 3 ? word.replace(/[sx]$/, "") : word);

  const load = () => {
    if (sections || form.dataset.loading) { return; }
    form.dataset.loading = "yes";
    const script = document.createElement("script");
    script.src = form.dataset.index;
    script.addEventListener("load", () => {
      const index = window.courseIndex;
      sections = index.sections.map(([page, anchor, title, text, code]) => ({
        address: encodeURIComponent(index.pages[page][0]) + (anchor ? "#" + anchor : ""), chapter: index.pages[page][1], title, text, code,
      }));
      search();
    });
    script.addEventListener("error", () => { delete form.dataset.loading; show("La recherche n’est pas disponible\u00a0: un fichier du site manque."); });
    document.head.append(script);
  };

  const prepare = (section) => {
    section.titleWords = section.titleWords || wordsOf(section.title);
    section.textWords = section.textWords || wordsOf(section.text);
    section.codeWords = section.codeWords || wordsOf(section.code);
    return section;
  };

  const score = (section, asked) => {
    let total = 0;
    for (const word of asked) {
      const begins = (other) => other.word.startsWith(word);
      const inTitle = section.titleWords.filter(begins).length, inText = section.textWords.filter(begins).length;
      const inCode = section.codeWords.some((other) => other.word.includes(word)) ? 1 : 0;
      if (inTitle + inText + inCode === 0) { return 0; }
      total += 10 * Math.min(inTitle, 2) + Math.min(inText, 8) + inCode;
    }
    return total;
  };

  // The text around the first word that was found, which is marked; everything as text, never as HTML.
  const excerpt = (section, asked) => {
    const hits = section.textWords.filter((other) => asked.some((word) => other.word.startsWith(word)));
    const line = document.createElement("span");
    const text = section.text;
    const start = hits.length ? Math.max(0, text.lastIndexOf(" ", Math.max(0, hits[0].at - 60)) + 1) : 0;
    const end = Math.min(text.length, start + 170);
    let at = start;
    if (start > 0) { line.append("… "); }
    hits.filter((hit) => hit.end <= end).forEach((hit) => {
      const mark = document.createElement("mark");
      mark.textContent = text.slice(hit.at, hit.end);
      line.append(text.slice(at, hit.at), mark);
      at = hit.end;
    });
    line.append(text.slice(at, end), end < text.length ? "…" : "");
    return line;
  };

  const show = (message) => { status.textContent = message; list.replaceChildren(); found.hidden = false; };

  const search = () => {
    const question = field.value.trim();
    const asked = wordsOf(question).map((part) => stem(part.word));
    if (asked.length === 0) { found.hidden = true; list.replaceChildren(); status.textContent = ""; return; }
    if (!sections) { load(); return; }
    const results = sections.map(prepare).map((section) => ({ section, score: score(section, asked) })).filter((one) => one.score > 0)
      .sort((a, b) => b.score - a.score);
    show(results.length === 0 ? "Aucun résultat pour «\u00a0" + question + "\u00a0»."
      : results.length === 1 ? "Un résultat." : results.length > most ? "Les " + most + " premiers résultats sur " + results.length + "." : results.length + "\u00a0résultats.");
    list.append(...results.slice(0, most).map(({ section }) => {
      const item = document.createElement("li"), link = document.createElement("a"), title = document.createElement("b"), chapter = document.createElement("small");
      link.href = section.address;
      title.textContent = section.title;
      chapter.textContent = section.chapter;
      link.append(title, section.title === section.chapter ? "" : chapter, excerpt(section, asked));
      item.append(link);
      return item;
    }));
  };

  const links = () => Array.from(list.querySelectorAll("a"));
  const close = () => { found.hidden = true; };
  field.addEventListener("focus", () => { load(); if (list.children.length) { found.hidden = false; } });
  field.addEventListener("input", search);
  form.addEventListener("submit", (event) => { event.preventDefault(); if (links()[0]) { links()[0].click(); } });
  form.addEventListener("focusout", (event) => { if (event.relatedTarget && !form.contains(event.relatedTarget)) { close(); } });
  list.addEventListener("click", (event) => { if (event.target.closest("a")) { close(); } });
  document.addEventListener("click", (event) => { if (!form.contains(event.target)) { close(); } });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { close(); field.focus(); event.preventDefault(); return; }
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") { return; }
    const all = links(), at = all.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
    event.preventDefault();
    (all[at] || (at < 0 ? field : all[all.length - 1]) || field).focus();
  });
  if (/^Mac|^iP/.test(navigator.platform)) { form.querySelector("kbd").textContent = field.title = "Cmd+K"; }
  // With a modifier: a single key would be pressed by a word of those who dictate.
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() === "k" && event.ctrlKey !== event.metaKey && !event.altKey && !event.shiftKey) { event.preventDefault(); field.focus(); field.select(); }
  });
})();

// What scrolls sideways can be reached by keyboard; on a narrow screen the contents are folded first.
(function () {
  const contents = document.querySelector(".columns > nav details");
  if (contents && matchMedia("(max-width: 50rem)").matches) { contents.open = false; }
  const reach = () => document.querySelectorAll("main table, main pre, main .html > div, main math[display]").forEach((element) => {
    if (element.scrollWidth > element.clientWidth + 1 && !element.hasAttribute("tabindex")) {
      element.tabIndex = 0;
    }
  });
  addEventListener("load", reach);
  addEventListener("resize", reach);
})();
