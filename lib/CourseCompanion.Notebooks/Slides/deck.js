// Lays what a notebook holds out on slides of 1280 x 720, draws its charts, and hands over to reveal.js.
(function () {
  "use strict";
  const WIDTH = 1280;
  const HEIGHT = 720;
  const figures = new Map();

  // The page's charts announce themselves here while it is read.
  window.drawFigure = (id, figure) => figures.set(id, figure);

  window.startDeck = async function () {
    // Pictures have no height before they are decoded.
    await Promise.all(Array.from(document.images, (image) => image.decode().catch(() => {})));
    document.querySelectorAll(".slide").forEach(paginate);
    document.querySelectorAll(".slide").forEach(finish);
    for (const chart of document.querySelectorAll(".slide figure")) {
      await draw(chart);
    }
    document.body.classList.remove("measuring");
    await Reveal.initialize({
      width: WIDTH,
      height: HEIGHT,
      margin: 0,
      center: false,
      // Every key, swipe and remote control goes through all slides in their order.
      navigationMode: "linear",
      hash: true,
      slideNumber: "c/t",
      transition: "none",
      help: false,
      scrollActivationWidth: null,
      pdfSeparateFragments: false,
      pdfMaxPagesPerSlide: 1,
      plugins: [RevealNotes],
    });
    speakFrench();
    printOnSlides();
  };

  // ---- Laying out

  const fits = (slide) => slide.offsetHeight <= HEIGHT;

  /** What may move from one slide to the next: everything but the heading and what nobody sees. */
  function blocks(slide) {
    return Array.from(slide.children).filter((child, index) => !(index === 0 && /^H[12]$/.test(child.tagName))
      && !/^(ASIDE|SCRIPT|NOSCRIPT|FOOTER)$/.test(child.tagName));
  }

  /** Something that must not be the last on its slide. */
  const leads = (block) => /^H\d$/.test(block.tagName) || block.tagName === "P" && /:\s*$/.test(block.textContent);

  /** Moves what is too much for a slide to a new one below it, and so on. */
  function paginate(slide) {
    for (let current = slide; current !== null;) {
      blocks(current).forEach(narrow);
      current = overflow(current);
    }
  }

  /** Makes a slide fit, and returns the one with the rest, or null. */
  function overflow(slide) {
    if (fits(slide)) {
      return null;
    }
    const next = continuation(slide);
    const moveLast = () => next.insertBefore(blocks(slide).at(-1), blocks(next)[0] ?? null);
    while (!fits(slide) && blocks(slide).length > 1) {
      moveLast();
    }
    while (blocks(slide).length > 1 && leads(blocks(slide).at(-1))) {
      moveLast();
    }
    const [only] = blocks(slide);
    if (!fits(slide) && only) {
      shrinkPictures(only, () => fits(slide));
    }
    if (!fits(slide) && only) {
      const rest = split(only, () => fits(slide));
      if (rest) {
        next.insertBefore(rest, blocks(next)[0] ?? null);
      } else {
        shrink(only, () => fits(slide));
      }
    }
    if (blocks(next).length === 0) {
      return null;
    }
    slide.after(next);
    return next;
  }

  /** A slide for the rest of another, under the same heading. */
  function continuation(slide) {
    const next = document.createElement("section");
    next.className = slide.className;
    next.classList.add("continued");
    if (/^H[12]$/.test(slide.firstElementChild?.tagName ?? "")) {
      const heading = slide.firstElementChild.cloneNode(true);
      heading.removeAttribute("id");
      next.append(heading);
    }
    const notes = document.createElement("aside");
    notes.className = "notes";
    next.append(notes);
    return next;
  }

  /** Cuts a block between its rows, items, lines or paragraphs, and returns what is too much; null when there is no place to cut. */
  function split(block, fit) {
    const parts = block.querySelector(":scope > tbody") ?? block;
    if (!/^(TABLE|UL|OL|PRE|DIV|BLOCKQUOTE)$/.test(block.tagName)) {
      return null;
    }
    if (block.tagName === "PRE") {
      return splitLines(block, fit);
    }
    const rest = block.cloneNode(false);
    const restParts = parts === block ? rest : rest.appendChild(parts.cloneNode(false));
    if (block.querySelector(":scope > thead")) {
      rest.prepend(block.querySelector(":scope > thead").cloneNode(true));
    }
    while (!fit() && parts.children.length > 1) {
      restParts.prepend(parts.lastElementChild);
    }
    if (!fit() && parts.children.length === 1) {
      const deeper = split(parts.firstElementChild, fit);
      if (deeper) {
        restParts.prepend(deeper);
      }
    }
    if (block.tagName === "OL") {
      rest.start = block.start + parts.children.length;
    }
    return restParts.children.length > 0 ? rest : null;
  }

  function splitLines(block, fit) {
    const lines = block.textContent.replace(/\n$/, "").split("\n");
    if (lines.length < 2 || block.querySelector("code")) {
      return null;
    }
    const rest = block.cloneNode(false);
    let kept = lines.length;
    while (!fit() && kept > 1) {
      kept -= 1;
      block.textContent = lines.slice(0, kept).join("\n");
    }
    rest.textContent = lines.slice(kept).join("\n");
    return rest;
  }

  /** Makes the pictures of a block smaller, and not its letters, until it fits; leaves them as they are when that is not enough. */
  function shrinkPictures(block, fit) {
    const pictures = Array.from(block.querySelectorAll("img"), (picture) => [picture, picture.offsetWidth]);
    for (let part = 0.9; pictures.length > 0 && !fit() && part > 0.35; part -= 0.1) {
      pictures.forEach(([picture, width]) => { picture.style.width = `${part * width}px`; });
    }
    if (!fit()) {
      pictures.forEach(([picture, width]) => { picture.style.width = `${width}px`; });
    }
  }

  /** Makes a block smaller until it fits. */
  function shrink(block, fit) {
    for (let zoom = Number(block.style.zoom || 1) - 0.05; !fit() && zoom > 0.3; zoom -= 0.05) {
      block.style.zoom = zoom;
    }
  }

  /** Makes a block that is wider than the slide as wide as the slide. */
  function narrow(block) {
    if (block.tagName === "FIGURE") {
      return;
    }
    const wide = [block, ...block.querySelectorAll("table, pre, math, img")].reduce((width, part) =>
      Math.max(width, part.scrollWidth, part.offsetWidth), 0);
    if (wide > block.parentElement.clientWidth - 112 && block.offsetWidth > 0) {
      block.style.zoom = Math.max(0.3, (block.parentElement.clientWidth - 112) / wide);
    }
  }

  /** Gives the room that is left to the charts, writes the footer, and tells the speaker what the charts say. */
  function finish(slide) {
    const charts = Array.from(slide.querySelectorAll("figure"));
    if (charts.length === 1 && blocks(slide).length === 1 && slide.classList.contains("continued")) {
      nameAfter(slide, figures.get(charts[0].querySelector(".plotly").id)?.layout);
    }
    const room = HEIGHT - slide.offsetHeight;
    charts.forEach((chart) => {
      chart.style.height = `${chart.offsetHeight + Math.max(0, room) / charts.length}px`;
      const note = document.createElement("p");
      note.textContent = chart.querySelector(".plotly").getAttribute("aria-label");
      slide.querySelector(".notes").append(note);
    });
    if (document.body.dataset.footer) {
      const footer = document.createElement("footer");
      footer.textContent = document.body.dataset.footer;
      slide.append(footer);
    }
  }

  /** Makes a chart's title the heading of the slide that it has for itself: the section was named on the slide before. */
  function nameAfter(slide, layout) {
    const title = typeof layout?.title === "string" ? layout.title : layout?.title?.text;
    const heading = slide.querySelector(":scope > h2");
    if (!title || !heading) {
      return;
    }
    const text = document.createElement("template");
    text.innerHTML = title.replace(/<br\s*\/?>|\n/gi, " ");
    heading.textContent = text.content.textContent;
    layout.margin = { ...layout.margin, t: Math.max(10, (layout.margin?.t ?? 80) - 40) };
    delete layout.title;
  }

  // ---- Charts

  /** Draws a chart at the size of its place, enlarged as a whole: its letters were chosen for a page. */
  async function draw(chart) {
    const target = chart.querySelector(".plotly");
    const figure = figures.get(target.id);
    if (!window.Plotly || !figure) {
      target.textContent = target.getAttribute("aria-label");
      return;
    }
    const [width, height] = [chart.clientWidth, chart.clientHeight];
    const scale = Math.min(1.6, Math.max(1.1, height / (0.8 * (figure.layout?.height ?? 450))));
    Object.assign(target.style, { width: `${width / scale}px`, height: `${height / scale}px`, transform: `scale(${scale})` });
    const isPrinted = /print/.test(location.search);
    const layout = { ...figure.layout, autosize: false, width: width / scale, height: height / scale };
    await Plotly.newPlot(target, figure.data ?? [], layout, {
      ...figure.config, responsive: false, displaylogo: false, displayModeBar: isPrinted ? false : "hover",
    });
    if (figure.frames?.length) {
      await Plotly.addFrames(target, figure.frames);
    }
  }

  // ---- Around the slides

  function speakFrench() {
    const labels = { left: "Diapositive précédente", right: "Diapositive suivante", up: "Au-dessus", down: "En dessous" };
    for (const [side, label] of Object.entries(labels)) {
      document.querySelectorAll(`.navigate-${side}`).forEach((button) => button.setAttribute("aria-label", label));
    }
  }

  /** Ctrl-P gives one slide a page, which takes another view of reveal.js. */
  function printOnSlides() {
    const address = new URL(location.href);
    if (Reveal.isPrintView()) {
      if (address.searchParams.has("now")) {
        setTimeout(() => window.print(), 500);
      }
      return;
    }
    document.addEventListener("keydown", (event) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "p") {
        event.preventDefault();
        address.search = "?view=print&now";
        window.open(address.href, "_blank");
      }
    }, true);
  }
})();
