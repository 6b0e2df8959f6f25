/* Light and distance: choose a city, see the floor. No dependencies, no requests to other hosts. */
(function () {
  'use strict';
  var NS = 'http://www.w3.org/2000/svg', RAD = Math.PI / 180;
  var still = window.matchMedia('(prefers-reduced-motion: reduce)');

  /* ---- the sphere ---- */
  function vec(p) {
    var a = p.lat * RAD, b = p.lon * RAD;
    return [Math.cos(a) * Math.cos(b), Math.cos(a) * Math.sin(b), Math.sin(a)];
  }
  function distance(a, b, radius) {
    var dp = (b.lat - a.lat) * RAD, dl = (b.lon - a.lon) * RAD;
    var h = Math.pow(Math.sin(dp / 2), 2) +
      Math.cos(a.lat * RAD) * Math.cos(b.lat * RAD) * Math.pow(Math.sin(dl / 2), 2);
    return 2 * radius * Math.asin(Math.min(1, Math.sqrt(h)));
  }
  function arc(a, b, n) {
    var u = vec(a), v = vec(b), w = distance(a, b, 1), out = [];
    for (var i = 0; i <= n; i++) {
      var t = i / n, s = Math.sin((1 - t) * w) / Math.sin(w), r = Math.sin(t * w) / Math.sin(w);
      var x = s * u[0] + r * v[0], y = s * u[1] + r * v[1], z = s * u[2] + r * v[2];
      out.push({ lat: Math.atan2(z, Math.hypot(x, y)) / RAD, lon: Math.atan2(y, x) / RAD });
    }
    return out;
  }
  function destination(a, bearing, w) {
    var p = a.lat * RAD, b = bearing * RAD;
    var q = Math.asin(Math.sin(p) * Math.cos(w) + Math.cos(p) * Math.sin(w) * Math.cos(b));
    var m = a.lon * RAD + Math.atan2(Math.sin(b) * Math.sin(w) * Math.cos(p), Math.cos(w) - Math.sin(p) * Math.sin(q));
    return { lat: q / RAD, lon: ((m / RAD + 540) % 360) - 180 };
  }
  function xy(p) { return [(p.lon + 180) / 360 * 1000, (90 - p.lat) / 180 * 500]; }
  function path(points) {
    var d = '', last = null;
    points.forEach(function (p) {
      var c = xy(p);
      d += (last === null || Math.abs(c[0] - last) > 500 ? 'M' : 'L') + c[0].toFixed(1) + ' ' + c[1].toFixed(1);
      last = c[0];
    });
    return d;
  }

  /* ---- small helpers ---- */
  function el(name, attrs, text, ns) {
    var e = ns ? document.createElementNS(ns, name) : document.createElement(name);
    Object.keys(attrs || {}).forEach(function (k) { e.setAttribute(k, attrs[k]); });
    if (text !== undefined) e.textContent = text;
    return e;
  }
  function svg(name, attrs, text) { return el(name, attrs, text, NS); }
  function km(x) { return Math.round(x).toLocaleString('en') + '\u00a0km'; }
  function ms(x) { return x.toFixed(1) + '\u00a0ms'; }
  function clear(node) { while (node.firstChild) node.removeChild(node.firstChild); }

  /* ---- the explorer ---- */
  function explorer(root, data) {
    var radius = data.model.earth_radius_km, perMs = data.model.fibre_km_per_s / 1000;
    var controls = root.querySelector('[data-controls]');
    var verdict = root.querySelector('[data-verdict]');
    var body = root.querySelector('[data-rows]');
    var map = root.querySelector('svg.map');
    var layer = map && map.querySelector('[data-layer]');
    var running = 0, arcs = [];

    var select = el('select', { id: 'from-' + (root.id || 'x') });
    var groups = [['Regions', data.regions], ['Other cities', data.cities]];
    var places = [];
    groups.forEach(function (g) {
      var og = el('optgroup', { label: g[0] });
      g[1].forEach(function (p) {
        var o = el('option', { value: String(places.length) }, p.city === p.name || !p.city ? p.name : p.name + ' (' + p.city + ')');
        if (p.id === root.getAttribute('data-start')) o.selected = true;
        places.push(p); og.appendChild(o);
      });
      select.appendChild(og);
    });
    var box = el('div');
    box.appendChild(el('label', { 'for': select.id }, 'Where are you?'));
    box.appendChild(select);
    controls.insertBefore(box, controls.firstChild);
    controls.hidden = false;

    function show() {
      var here = places[+select.value];
      var rows = data.regions.filter(function (r) { return r !== here; }).map(function (r) {
        var d = distance(here, r, radius);
        return { r: r, km: d, ms: 2 * d / perMs };
      }).sort(function (a, b) { return a.km - b.km; });

      clear(body);
      rows.forEach(function (row) {
        var tr = el('tr'), th = el('th', { scope: 'row' });
        th.appendChild(el('a', { href: row.r.page }, row.r.name)); tr.appendChild(th);
        tr.appendChild(el('td', {}, Math.round(row.km).toLocaleString('en')));
        tr.appendChild(el('td', {}, row.ms.toFixed(1)));
        var td = el('td', { 'class': 'bar' });
        var s = svg('svg', { viewBox: '0 0 200 10', preserveAspectRatio: 'none', 'aria-hidden': 'true' });
        s.appendChild(svg('line', { x1: 0, y1: 5, x2: 200, y2: 5 }));
        s.appendChild(svg('rect', { x: 0, y: 1, width: row.ms.toFixed(1), height: 8 }));
        td.appendChild(s); tr.appendChild(td); body.appendChild(tr);
      });

      var a = rows[0], z = rows[rows.length - 1];
      clear(verdict);
      verdict.appendChild(document.createTextNode('From ' + (here.city || here.name) + ', the nearest of the ' +
        (here.region ? 'other ' : '') + 'Regions here is ' + a.r.name + ', ' + km(a.km) + ' away: '));
      verdict.appendChild(el('strong', {}, ms(a.ms)));
      verdict.appendChild(document.createTextNode(' there and back at best. The farthest is ' + z.r.name + ', ' + km(z.km) + ': '));
      verdict.appendChild(el('strong', {}, ms(z.ms)));
      verdict.appendChild(document.createTextNode('.'));

      if (layer) draw(here, rows);
    }

    function draw(here, rows) {
      running++;
      clear(layer); arcs = [];
      [5000, 10000, 15000].forEach(function (d) {
        var ring = [];
        for (var i = 0; i <= 180; i++) ring.push(destination(here, i * 2, d / radius));
        layer.appendChild(svg('path', { 'class': 'iso', d: path(ring) }));
        var c = xy(destination(here, here.lat > 0 ? 180 : 0, d / radius));
        var flip = c[0] > 950;
        layer.appendChild(svg('text', { 'class': 'isot', x: (c[0] + (flip ? -4 : 4)).toFixed(1), y: (c[1] - 4).toFixed(1), 'text-anchor': flip ? 'end' : 'start' }, d / 100 + ' ms'));
      });
      rows.forEach(function (row) {
        var points = arc(here, row.r, 240);
        arcs.push({ points: points, ms: row.ms });
        layer.appendChild(svg('path', { 'class': 'arc', d: path(points) }));
      });
      var old = map.querySelectorAll('.here');
      for (var i = 0; i < old.length; i++) old[i].classList.remove('here');
      if (here.region) {
        var own = map.querySelectorAll('[data-id="' + here.id + '"]');
        for (var j = 0; j < own.length; j++) own[j].classList.add('here');
      } else {
        var p = xy(here);
        layer.appendChild(svg('circle', { 'class': 'city here', cx: p[0].toFixed(1), cy: p[1].toFixed(1), r: 5 }));
        label(here.name, p[0], p[1]);
      }
    }

    /* Put a name beside its dot, on the first side where it covers no other name. */
    function label(name, x, y) {
      var others = [].slice.call(map.querySelectorAll('text[data-id]')).map(function (t) { return t.getBBox(); });
      var text = svg('text', { 'class': 'here' }, name), first = null;
      layer.appendChild(text);
      var free = [[9, 4, 'start'], [-9, 4, 'end'], [9, 18, 'start'], [-9, 18, 'end'], [0, -11, 'middle'], [0, 21, 'middle'], [9, -9, 'start'], [-9, -9, 'end']].some(function (o) {
        place(o);
        var b = text.getBBox();
        if (b.x < 2 || b.x + b.width > 998) return false;
        first = first || o;
        return others.every(function (c) {
          return b.x + b.width < c.x || b.x > c.x + c.width || b.y + b.height < c.y || b.y > c.y + c.height;
        });
      });
      if (!free && first) place(first);
      function place(o) {
        text.setAttribute('x', (x + o[0]).toFixed(1)); text.setAttribute('y', (y + o[1]).toFixed(1)); text.setAttribute('text-anchor', o[2]);
      }
    }

    /* One pulse of light to every Region and back, slowed down so that it can be seen. */
    function send(slow) {
      var mine = ++running, dots = arcs.map(function (a) {
        var dot = svg('circle', { 'class': 'pulse', r: 3.2 });
        layer.appendChild(dot);
        return { dot: dot, points: a.points, ms: a.ms };
      });
      var start = null;
      requestAnimationFrame(function step(now) {
        if (start === null) start = now;
        var alive = false;
        dots.forEach(function (d) {
          var t = (now - start) / slow / d.ms;
          if (t >= 1 || mine !== running) { if (d.dot.parentNode) d.dot.parentNode.removeChild(d.dot); return; }
          alive = true;
          var f = (t < 0.5 ? t * 2 : 2 - t * 2) * (d.points.length - 1), i = Math.min(Math.floor(f), d.points.length - 2), k = f - i;
          var p = xy(d.points[i]), q = xy(d.points[i + 1]);
          if (Math.abs(p[0] - q[0]) > 500) k = 0;
          d.dot.setAttribute('cx', (p[0] + (q[0] - p[0]) * k).toFixed(1));
          d.dot.setAttribute('cy', (p[1] + (q[1] - p[1]) * k).toFixed(1));
        });
        if (alive) requestAnimationFrame(step);
      });
    }
    if (layer && !still.matches) {
      var button = el('button', { type: 'button' }, 'Send a pulse of light (50× slower)');
      button.addEventListener('click', function () { send(50); });
      controls.appendChild(button);
    }
    select.addEventListener('change', show);
    show();
  }

  var roots = document.querySelectorAll('[data-explorer]');
  if (roots.length && window.fetch) {
    fetch('/data/regions.json').then(function (r) {
      if (!r.ok) throw new Error(String(r.status));
      return r.json();
    }).then(function (data) {
      for (var i = 0; i < roots.length; i++) explorer(roots[i], data);
    }).catch(function () { /* the page is complete without it */ });
  }

  /* ---- this page's own first byte; measured here, sent nowhere ---- */
  function timing() {
    var nav = performance.getEntriesByType && performance.getEntriesByType('navigation')[0];
    if (!nav || !nav.responseStart) return;
    var total = nav.responseStart - nav.startTime;
    var foot = document.querySelector('[data-first-byte]');
    if (foot) {
      foot.textContent = 'The first byte of this page reached you after ' + total.toFixed(0) +
        ' ms; light in fibre could have gone ' + Math.round(total * 100).toLocaleString('en') +
        ' km and back. Your browser measured that, and keeps it to itself.';
      foot.hidden = false;
    }
    var live = document.querySelector('[data-timing]');
    if (!live) return;
    var tls = nav.secureConnectionStart > 0 ? nav.connectEnd - nav.secureConnectionStart : 0;
    var dl = el('dl');
    [['Before the name lookup (redirects, queueing)', nav.domainLookupStart - nav.startTime],
      ['Name lookup', nav.domainLookupEnd - nav.domainLookupStart],
      ['TCP', nav.connectEnd - nav.connectStart - tls],
      ['TLS', tls],
      ['Request, server, answer', nav.responseStart - nav.requestStart],
      ['First byte', total]].forEach(function (x, i) {
      var sum = i === 5 ? { 'class': 'sum' } : {};
      dl.appendChild(el('dt', sum, x[0])); dl.appendChild(el('dd', sum, Math.max(0, x[1]).toFixed(1) + ' ms'));
    });
    live.appendChild(dl);
    live.hidden = false;
  }
  if (document.readyState === 'complete') timing(); else window.addEventListener('load', timing);
})();
