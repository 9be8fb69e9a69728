// Draws the charts of a page with Apache ECharts. Each plot holds its data as JSON; the summary
// above it and the table below it say the same without this file.
"use strict";

(() => {
  const reduced = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const plots = [];

  const colours = () => {
    const style = getComputedStyle(document.documentElement);
    const of = (name) => style.getPropertyValue(`--${name}`).trim();
    return {
      text: of("text"), muted: of("muted"), line: of("line"), strong: of("line-strong"),
      card: of("card"), accent: of("accent"), fill: of("fill"), soft: of("accent-soft"),
      attention: of("attention"), grey: of("grey-fill"), above: of("above"), below: of("below"),
    };
  };

  const written = (unit) => (value) =>
    unit === "share" ? `${Math.round(value * 100)} %` : String(Math.round(value)).replace("-", "−");

  const axis = (c, more) => ({
    axisLabel: { color: c.muted, hideOverlap: true },
    axisLine: { lineStyle: { color: c.strong } },
    splitLine: { lineStyle: { color: c.line } },
    nameTextStyle: { color: c.muted },
    ...more,
  });

  const tip = (c) => ({
    // Rich text is drawn on the canvas: the pages' security policy allows no inline style.
    renderMode: "richText",
    backgroundColor: c.card,
    borderColor: c.strong,
    textStyle: { color: c.text, fontSize: 14, lineHeight: 20 },
    confine: true,
    transitionDuration: 0,
  });

  const common = (c) => ({
    animation: !reduced,
    animationDuration: 250,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: c.text },
    grid: { left: 8, right: 16, top: 16, bottom: 8, containLabel: true },
  });

  const colour = (c, mark) =>
    mark === "above" ? c.above : mark === "below" ? c.below : mark === "too_few" ? c.grey : c.fill;
  const symbol = (mark) => (mark === "above" ? "triangle" : mark === "below" ? "diamond" : "circle");

  // Points with an address, in the order in which the keys walk along them: series and index.
  const drawings = {
    trend(data, c) {
      const write = written(data.unit);
      const values = data.points.flatMap((p) => [p.y, p.low, p.high]).filter((v) => v !== null);
      if (data.centre !== null) values.push(data.centre);
      if (data.target) values.push(data.target.y);
      const least = Math.min(...values), most = Math.max(...values);
      const room = Math.max((most - least) * 0.15, data.unit === "share" ? 0.02 : 2);
      const ends = data.unit === "share" ? [0, 1] : [-100, 100];
      const step = data.unit === "share" ? 0.05 : 5;
      const limit = (key) => ({
        type: "line", step: "middle", symbol: "none", silent: true, connectNulls: false,
        data: data.points.map((p) => p[key]),
        lineStyle: { color: c.strong, type: "dashed", width: 1 }, tooltip: { show: false },
      });
      const lines = [];
      if (data.centre !== null) lines.push({ yAxis: data.centre, lineStyle: { color: c.strong, width: 1, type: "solid" }, label: { show: false } });
      if (data.target) {
        lines.push({
          yAxis: data.target.y, name: data.target.label,
          lineStyle: { color: c.attention, width: 1.5, type: "dotted" },
          label: { formatter: `${data.target.label} ${write(data.target.y)}`, color: c.attention, position: "insideEndTop" },
        });
      }
      return {
        ...common(c),
        tooltip: { ...tip(c), trigger: "axis", axisPointer: { type: "line", lineStyle: { color: c.strong } },
          formatter: (of) => data.points[(Array.isArray(of) ? of[0] : of).dataIndex].tip },
        xAxis: axis(c, { type: "category", data: data.points.map((p) => p.label), boundaryGap: false, splitLine: { show: false } }),
        yAxis: axis(c, { type: "value", min: Math.max(ends[0], Math.floor((least - room) / step) * step), max: Math.min(ends[1], Math.ceil((most + room) / step) * step), axisLabel: { color: c.muted, formatter: write }, axisLine: { show: false } }),
        series: [
          {
            type: "line", lineStyle: { color: c.fill, width: 2 }, connectNulls: true,
            data: data.points.map((p) => ({
              value: p.y, symbol: p.signal ? "diamond" : "circle", symbolSize: p.signal ? 13 : 7,
              itemStyle: { color: p.signal ? c.attention : c.fill, borderColor: c.card, borderWidth: 1 },
            })),
            markLine: { symbol: "none", silent: true, data: lines, animation: false },
          },
          limit("low"), limit("high"),
        ],
      };
    },

    funnel(data, c) {
      const write = written(data.unit);
      const line = (key, type) => ({
        type: "line", symbol: "none", silent: true, smooth: false, tooltip: { show: false },
        data: data.limits.map((l) => [l.n, l[key]]), lineStyle: { color: c.strong, type, width: 1 },
      });
      return {
        ...common(c),
        grid: { left: 8, right: 16, top: 16, bottom: 28, containLabel: true },
        tooltip: { ...tip(c), trigger: "item", formatter: (of) => (data.points[of.dataIndex] || {}).tip || "" },
        xAxis: axis(c, { type: "value", name: data.answers, nameLocation: "middle", nameGap: 30, min: 0 }),
        yAxis: axis(c, { type: "value", scale: true, axisLabel: { color: c.muted, formatter: write } }),
        series: [
          {
            type: "scatter", symbolSize: 11,
            data: data.points.map((p) => ({ value: [p.x, p.y], symbol: symbol(p.mark), itemStyle: { color: colour(c, p.mark), opacity: 0.85, borderColor: c.card, borderWidth: 1 } })),
            markLine: { symbol: "none", silent: true, animation: false, label: { show: false }, data: [{ yAxis: data.centre, lineStyle: { color: c.strong, type: "solid", width: 1 } }] },
          },
          line("outer_low", "solid"), line("low", "dashed"), line("high", "dashed"), line("outer_high", "solid"),
        ],
      };
    },

    drivers(data, c) {
      const write = written("share");
      return {
        ...common(c),
        grid: { left: 12, right: 90, top: 16, bottom: 28, containLabel: true },
        tooltip: { ...tip(c), trigger: "item", formatter: (of) => (data.points[of.dataIndex] || {}).tip || "" },
        xAxis: axis(c, { type: "value", scale: true, name: data.axes[0], nameLocation: "middle", nameGap: 30, axisLabel: { color: c.muted, formatter: write } }),
        yAxis: axis(c, { type: "value", min: 0, name: data.axes[1], nameLocation: "middle", nameGap: 44, axisLabel: { color: c.muted, formatter: write } }),
        series: [{
          type: "scatter", symbolSize: 13,
          data: data.points.map((p) => ({ value: [p.x, p.y], name: p.label, itemStyle: { color: c.fill } })),
          label: { show: true, position: "right", formatter: "{b}", color: c.text },
        }],
      };
    },

    sides(data, c) {
      const bar = (name, key, color, pattern) => ({
        name, type: "bar", barMaxWidth: 34, data: data.points.map((p) => p[key]),
        itemStyle: { color, borderColor: c.fill, borderWidth: 1, borderType: pattern, borderRadius: [3, 3, 0, 0] },
      });
      return {
        ...common(c),
        grid: { left: 8, right: 16, top: 40, bottom: 8, containLabel: true },
        legend: { top: 0, textStyle: { color: c.text } },
        tooltip: { ...tip(c), trigger: "axis", formatter: (of) => data.points[(Array.isArray(of) ? of[0] : of).dataIndex].tip },
        xAxis: axis(c, { type: "category", data: data.points.map((p) => p.label), splitLine: { show: false } }),
        yAxis: axis(c, { type: "value", min: 0, axisLine: { show: false } }),
        series: [bar(data.axes[0], "x", c.soft, "dashed"), bar(data.axes[1], "y", c.fill, "solid")],
      };
    },

    steps(data, c) {
      return {
        ...common(c),
        grid: { left: 12, right: 16, top: 16, bottom: 28, containLabel: true },
        tooltip: { ...tip(c), trigger: "axis", formatter: (of) => data.points[(Array.isArray(of) ? of[0] : of).dataIndex].tip },
        xAxis: axis(c, { type: "category", name: data.axes[0], nameLocation: "middle", nameGap: 30, data: data.points.map((p) => p.label), splitLine: { show: false } }),
        yAxis: axis(c, { type: "value", minInterval: 1, name: "", axisLine: { show: false } }),
        series: [{ type: "bar", barMaxWidth: 28, data: data.points.map((p) => p.y), itemStyle: { color: c.fill, borderRadius: [3, 3, 0, 0] } }],
      };
    },
  };

  const draw = (plot) => plot.chart.setOption(drawings[plot.data.kind](plot.data, colours()), true);

  document.querySelectorAll("[data-chart]").forEach((element) => {
    const data = JSON.parse(element.querySelector("script").textContent);
    const chart = echarts.init(element, null, { renderer: "canvas" });
    const plot = { element, data, chart, at: -1 };
    plots.push(plot);
    draw(plot);
    const open = (at) => {
      const link = data.points[at] && data.points[at].link;
      if (link) location.assign(link);
    };
    chart.on("click", (of) => { if (of.seriesIndex === 0 && of.componentType === "series") open(of.dataIndex); });
    // With the keyboard: arrows walk along the points and show their tips, Enter opens one.
    element.addEventListener("keydown", (event) => {
      const last = data.points.length - 1;
      const to = { ArrowRight: plot.at + 1, ArrowLeft: plot.at - 1, Home: 0, End: last }[event.key];
      if (to !== undefined) {
        plot.at = Math.min(Math.max(to, 0), last);
        chart.dispatchAction({ type: "showTip", seriesIndex: 0, dataIndex: plot.at });
        chart.dispatchAction({ type: "highlight", seriesIndex: 0, dataIndex: plot.at });
        event.preventDefault();
      } else if (event.key === "Enter") {
        open(plot.at);
      } else if (event.key === "Escape") {
        chart.dispatchAction({ type: "hideTip" });
      }
    });
    new ResizeObserver(() => chart.resize()).observe(element);
  });

  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => plots.forEach(draw));
  addEventListener("beforeprint", () => plots.forEach((plot) => plot.chart.resize()));
})();
