(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const root = document.documentElement;
  for (const element of all('[data-script]')) element.hidden = false;

  const themeButton = document.getElementById('theme');
  const themes = ['auto', 'light', 'dark'];
  const store = { get: () => { try { return localStorage.getItem('rcc-theme'); } catch { return null; } },
    set: (value) => { try { localStorage.setItem('rcc-theme', value); } catch {} } };
  const setTheme = (theme) => {
    if (theme === 'auto') root.removeAttribute('data-theme'); else root.dataset.theme = theme;
    themeButton.textContent = 'Theme: ' + theme;
    themeButton.dataset.value = theme;
  };
  setTheme(themes.includes(store.get()) ? store.get() : 'auto');
  themeButton.addEventListener('click', () => {
    const next = themes[(themes.indexOf(themeButton.dataset.value) + 1) % themes.length];
    setTheme(next);
    store.set(next);
  });

  const status = document.getElementById('status');
  for (const header of all('th[data-column]')) {
    // No button element: a printed heading that comes again on the next page leaves those out.
    const button = header.querySelector('.label');
    button.classList.add('sort');
    button.setAttribute('role', 'button');
    button.tabIndex = 0;
    button.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' && event.key !== ' ') return;
      event.preventDefault();
      button.click();
    });
    button.addEventListener('click', () => {
      const descending = header.getAttribute('aria-sort') === 'ascending';
      const table = header.closest('table');
      for (const other of all('th[aria-sort]', table)) other.removeAttribute('aria-sort');
      header.setAttribute('aria-sort', descending ? 'descending' : 'ascending');
      const column = Number(header.dataset.column);
      const key = (row) => row.children[column].dataset.value;
      const body = table.tBodies[0];
      const rows = [...body.rows].sort((a, b) => {
        const [x, y] = [key(a), key(b)];
        if (x === undefined || y === undefined) return (x === undefined) - (y === undefined);
        const order = x !== '' && y !== '' && !isNaN(x) && !isNaN(y) ? x - y : x.localeCompare(y, 'en', { numeric: true });
        return descending ? -order : order;
      });
      for (const row of rows) body.append(row);
      status.textContent = 'Sorted by ' + header.dataset.name + (descending ? ', descending' : ', ascending');
    });
  }

  const filter = document.getElementById('filter');
  const isShown = (element) => element.getClientRects().length > 0;
  // The filter and every picker leave out elements of the same sections: only what is in sight after all of them counts.
  const tell = () => {
    for (const line of all('.nothing')) line.hidden = all('figure,tbody tr', line.closest('section')).some(isShown);
    const shown = all('tbody tr[data-model]').filter(isShown).length;
    status.textContent = filter.value.trim() === '' ? '' : shown + (shown === 1 ? ' row matches' : ' rows match');
  };
  filter.addEventListener('input', () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = (name) => words.every((word) => name.toLowerCase().includes(word));
    for (const element of all('tbody tr[data-model],figure[data-model],.block[data-model]')) element.classList.toggle('left-out', !fits(element.dataset.model));
    for (const plot of all('.plot')) plot.classList.toggle('dim', words.length > 0);
    for (const drawn of all('.plot [data-model]')) drawn.classList.toggle('hit', words.length > 0 && fits(drawn.dataset.model));
    tell();
  });

  for (const picker of all('[data-picker]')) {
    const section = picker.closest('section');
    const selects = all('select', picker);
    const shows = (element) => selects.every(({ name, value }) =>
      value === 'all' || element.dataset[name] === undefined || element.dataset[name] === value);
    // What is the same in every row that shows needs no column.
    const tellsNothing = ({ dataset: { id, column } }) => column !== '0' && selects.some(({ name, value }) => name === id && value !== 'all');
    const apply = () => {
      for (const element of all('figure,.block,tbody tr', section)) element.hidden = !shows(element);
      for (const table of all('table', section)) {
        const shown = [];
        for (const header of all('th[data-column]', table)) {
          const column = Number(header.dataset.column);
          shown[column] = shows(header) && !tellsNothing(header);
          header.hidden = !shown[column];
          for (const row of table.tBodies[0].rows) row.cells[column].hidden = header.hidden;
          for (const part of all('.folded [data-of="' + column + '"]', table)) part.hidden = header.hidden;
        }
        for (const group of all('th[data-start]', table)) {
          const [start, length] = [Number(group.dataset.start), Number(group.dataset.length)];
          const visible = shown.slice(start, start + length).filter(Boolean).length;
          group.hidden = visible === 0;
          group.colSpan = Math.max(1, visible);
        }
      }
    };
    for (const select of selects) select.addEventListener('change', () => { apply(); tell(); });
    apply();
  }
  tell();

  const cue = (frame) => {
    const block = frame.closest('.block');
    block.classList.toggle('more', frame.scrollWidth - frame.clientWidth - frame.scrollLeft > 2);
    block.classList.toggle('wider', frame.scrollWidth - frame.clientWidth > 2);
  };
  const frames = all('.scroll');
  for (const frame of frames) frame.addEventListener('scroll', () => cue(frame), { passive: true });
  const watcher = new ResizeObserver((entries) => { for (const { target } of entries) cue(target.closest('.scroll')); });
  for (const frame of frames) { watcher.observe(frame); watcher.observe(frame.firstElementChild); }

  const readoutOf = (plot) => plot.parentElement.querySelector('.readout');
  const write = (plot, text) => {
    const readout = readoutOf(plot);
    readout.textContent = text ?? readout.dataset.source;
    readout.classList.toggle('told', text !== undefined);
  };
  const highlight = (model) => {
    for (const drawn of all('.plot .hit')) drawn.classList.remove('hit');
    if (model) for (const drawn of all('.plot [data-model="' + CSS.escape(model) + '"]')) drawn.classList.add('hit');
  };
  const show = (plot, mark) => {
    write(plot, mark.dataset.tip);
    if (filter.value === '') highlight(mark.dataset.model);
  };
  // Marks are smaller than a finger.
  const reach = 24;
  const nearest = (marks, { clientX, clientY }) => {
    const away = (mark) => {
      const { left, right, top, bottom } = mark.getBoundingClientRect();
      return Math.hypot(Math.max(left - clientX, 0, clientX - right), Math.max(top - clientY, 0, clientY - bottom));
    };
    const [first] = marks.map((mark) => [away(mark), mark]).sort(([a], [b]) => a - b);
    return first && first[0] <= reach ? first[1] : undefined;
  };
  const hide = (plot) => { write(plot); if (filter.value === '') highlight(); };
  for (const title of all('.mark > title')) title.remove();
  for (const plot of all('.plot')) {
    plot.addEventListener('pointerover', (event) => { const mark = event.target.closest('.mark[data-tip]'); if (mark) show(plot, mark); else if (event.pointerType !== 'touch') hide(plot); });
    // A finger's pointer leaves as it is lifted: what it told stays until the next tap.
    plot.addEventListener('pointerleave', ({ pointerType }) => { if (pointerType !== 'touch') hide(plot); });
    const marks = all('.mark[data-tip]', plot);
    if (marks.length === 0) continue;
    plot.addEventListener('pointerdown', (event) => {
      if (event.pointerType !== 'touch') return;
      const near = nearest(marks, event);
      if (near) show(plot, near); else hide(plot);
    });
    plot.tabIndex = 0;
    plot.setAttribute('role', 'group');
    plot.setAttribute('aria-label', plot.dataset.name + ': values by arrow keys');
    let at = -1;
    plot.addEventListener('keydown', (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (event.key === 'Escape') hide(plot);
      if (!step) return;
      event.preventDefault();
      const visible = marks.filter(isShown);
      at = (at + step + visible.length) % visible.length;
      show(plot, visible[at]);
      status.textContent = visible[at].dataset.tip;
    });
    plot.addEventListener('blur', () => hide(plot));
  }
})();
