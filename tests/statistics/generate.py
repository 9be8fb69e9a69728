#!/usr/bin/env python3
"""Writes values.json: what other programs say of randomised cases, for src/satisfaction.

    python3 -m venv venv && venv/bin/pip install -r requirements.txt
    venv/bin/python tests/statistics/generate.py

Where scipy or statsmodels has the method, theirs is taken. Where neither has, it is written here
once more from the published formula, on raw answers instead of counts and by brute force instead
of the short way: all orders of predictors, all pairs of agents, one loop over every answer. The
cases come from one seed, so a run changes nothing unless a library or this file has changed.
"""

import itertools
import json
import pathlib

import numpy as np
from scipy import optimize, stats
from statsmodels.stats import inter_rater, meta_analysis, multitest, proportion
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.outliers_influence import variance_inflation_factor

HERE = pathlib.Path(__file__).parent
Z = stats.norm.ppf(0.975)
rng = np.random.default_rng(20260101)


def ints(low, high, size=None):
    """Whole numbers, both ends included."""
    return rng.integers(low, high, size=size, endpoint=True).tolist()


def wilson(p, n):
    return proportion.proportion_confint(p * n, n, method="wilson")


def nps_interval(promoters, passives, detractors):
    n = promoters + passives + detractors
    plain = (promoters - detractors) / n
    p, d = (promoters + 0.75) / (n + 3), (detractors + 0.75) / (n + 3)
    half = Z * np.sqrt((p + d - (p - d) ** 2) / (n + 3))
    return max(-1, min(p - d - half, plain)), min(1, max(p - d + half, plain))


def square_and_add(p1, i1, p2, i2, phi=0.0):
    def root(a, b):
        return np.sqrt(max(0, a * a - 2 * phi * a * b + b * b))
    d = p1 - p2
    return d - root(p1 - i1[0], i2[1] - p2), d + root(i1[1] - p1, p2 - i2[0])


def shares():
    for _ in range(12):
        n, m = ints(2, 300), ints(2, 300)
        a, b = ints(0, n), ints(0, m)
        low, high = proportion.confint_proportions_2indep(a, n, b, m, method="newcomb", compare="diff")
        pooled = (a + b) / (n + m)
        p = proportion.proportions_ztest([a, b], [n, m])[1] if 0 < pooled < 1 else 1.0
        yield {"a": a, "n": n, "b": b, "m": m, "low": low, "high": high, "p": p}


def paired_shares():
    for _ in range(10):
        both, first, second, neither = ints(1, 60, 4)
        n = both + first + second + neither
        p = mcnemar([[both, first], [second, neither]], exact=False, correction=False).pvalue
        p2, p1 = (both + second) / n, (both + first) / n
        cross = both * neither - first * second
        cross = max(cross - n / 2, 0) if cross > 0 else cross
        phi = cross / np.sqrt(float((both + first) * (second + neither) * (both + second) * (first + neither)))
        low, high = square_and_add(p2, wilson(p2, n), p1, wilson(p1, n), phi)
        yield {"counts": [both, first, second, neither], "low": low, "high": high, "p": p}


def nps_differences():
    for _ in range(10):
        one, other = ints(1, 80, 3), ints(1, 80, 3)
        score = [(c[0] - c[2]) / sum(c) for c in (one, other)]
        low, high = square_and_add(score[0], nps_interval(*one), score[1], nps_interval(*other))
        values = [np.repeat([1, 0, -1], c) for c in (one, other)]
        variance = np.concatenate(values).var()
        z = (score[0] - score[1]) / np.sqrt(variance * (1 / sum(one) + 1 / sum(other)))
        yield {"one": one, "other": other, "low": 100 * low, "high": 100 * high,
               "p": 2 * stats.norm.sf(abs(z))}


def means():
    for _ in range(10):
        one, other = ints(1, 40, 5), ints(1, 40, 5)
        a, b = (np.repeat(np.arange(1, 6), c) for c in (one, other))
        test = stats.ttest_ind(a, b, equal_var=False)
        interval = test.confidence_interval(0.95)
        yield {"one": one, "other": other, "low": interval.low, "high": interval.high, "p": test.pvalue}


def paired_means():
    for _ in range(8):
        n = ints(5, 60)
        before, after = rng.integers(1, 6, n), rng.integers(1, 6, n)
        test = stats.ttest_rel(after, before)
        interval = test.confidence_interval(0.95)
        yield {"before": before.tolist(), "after": after.tolist(), "low": interval.low,
               "high": interval.high, "p": test.pvalue}


def student():
    for freedom in [1.0, 1.5, 2.37, 5.0, 17.3, 60.9, 150.2, 199.99, 200.01, 999.9]:
        t = float(rng.normal() * 2)
        yield {"freedom": freedom, "point": stats.t.ppf(0.975, freedom), "t": t,
               "p": 2 * stats.t.sf(abs(t), freedom)}


def normal():
    for x in [-8.5, -6.0, -3.3, -1.1, -0.2, 0.0, 0.45, 1.7, 2.9, 5.5]:
        yield {"x": x, "density": stats.norm.pdf(x), "cumulative": stats.norm.cdf(x),
               "p": 2 * stats.norm.sf(abs(x))}


def paule_mandel():
    for _ in range(10):
        k = ints(3, 40)
        v = rng.uniform(0.01, 1, k)
        y = rng.normal(0.3, np.sqrt(v + rng.choice([0, 0.3])))
        got = meta_analysis.combine_effects(y, v, method_re="iterated", use_t=False, atol=1e-12, maxiter=2000)
        # Its iteration gives up at 0 for some cases, so the root is found again beside it.
        def general(t):
            w = 1 / (v + t)
            mu = (w * y).sum() / w.sum()
            return (w * (y - mu) ** 2).sum() - (k - 1)
        tau2 = optimize.brentq(general, 0, 100, xtol=1e-15) if general(0) > 0 else 0.0
        assert got.tau2 == 0 or abs(tau2 - got.tau2) < 1e-6, (tau2, got.tau2)
        zero = lambda t: (y**2 / (v + t)).sum() - k
        about_zero = optimize.brentq(zero, 0, 100, xtol=1e-15) if zero(0) > 0 else 0.0
        yield {"y": y.tolist(), "v": v.tolist(), "tau2": tau2, "about_zero": about_zero}


def benjamini_hochberg():
    for _ in range(6):
        p = rng.uniform(0, 1, ints(1, 40)) ** rng.choice([1, 3])
        rejected, adjusted, *_ = multitest.multipletests(p, 0.05, "fdr_bh")
        yield {"p": p.tolist(), "rejected": rejected.tolist(), "adjusted": adjusted.tolist()}


def studentised_range():
    for groups in [2, 3, 4, 7, 12, 25, 60, 100, 200, 500]:
        yield {"groups": groups, "point": stats.studentized_range.isf(0.05, groups, np.inf)}


def brute_ranks(d, v):
    j = len(d)
    q = stats.studentized_range.isf(0.05, j, np.inf)
    def certain(a, b):
        return (d[a] - d[b]) / np.sqrt(v[a] + v[b]) > q / np.sqrt(2)
    low = [1 + sum(certain(i, at) for i in range(j) if i != at) for at in range(j)]
    high = [j - sum(certain(at, i) for i in range(j) if i != at) for at in range(j)]
    return low, high


def rank_intervals():
    for _ in range(5):
        j = ints(2, 25)
        d, v = rng.normal(0, 0.3, j), rng.uniform(0.001, 0.02, j)
        low, high = brute_ranks(d, v)
        yield {"d": d.tolist(), "v": v.tolist(), "low": [int(x) for x in low], "high": [int(x) for x in high]}


def families():
    """Whole families, from single answers (agent, queue, language, key)."""
    for kind in ["share", "mean", "effort", "nps"]:
        for agents in [5, 14]:
            keys = np.arange(11) if kind == "nps" else np.arange(1, 6)
            cells = {(q, l): rng.dirichlet(np.linspace(0.3, 2.5, len(keys)) * rng.uniform(0.5, 2)) for q in range(3) for l in range(2)}
            answers = []
            for agent in range(agents):
                tilt = np.exp(rng.normal(0, 0.25) * (keys - keys.mean()) / keys.std())
                for _ in range(ints(15, 160)):
                    q, l = int(rng.choice(3, p=[0.6, 0.37, 0.03])), int(rng.choice(2, p=[0.8, 0.2]))
                    weights = cells[q, l] * tilt
                    answers.append((agent, q, l, int(rng.choice(keys, p=weights / weights.sum()))))
            yield family(kind, agents, answers)


def family(kind, agents, answers):
    value = {
        "share": lambda key: float(key >= 4),
        "mean": float,
        "effort": float,
        "nps": lambda key: 100.0 * (key >= 9) - 100.0 * (key <= 6),
    }[kind]
    dof = 1 if kind in ("mean", "effort") else 0
    margin = {"share": 0.03, "mean": 0.1, "effort": 0.1, "nps": 6.0}[kind]
    step = 100.0 if kind == "nps" else 1.0
    min_n = 40 if kind == "nps" else 20
    rows = [(a, q, l, value(key)) for a, q, l, key in answers]
    out = []
    for agent in range(agents):
        own = [row for row in rows if row[0] == agent]
        others = [row for row in rows if row[0] != agent]
        n = len(own)
        e = v = r = f = 0.0
        for q, l in sorted({(row[1], row[2]) for row in own}):
            weight = sum(row[1:3] == (q, l) for row in own)
            pools = [[row[3] for row in others if row[1:3] == (q, l)],
                     [row[3] for row in others if row[1] == q],
                     [row[3] for row in others]]
            pool = next(pool for pool in pools if len(pool) >= 30)
            variance = np.var(pool, ddof=dof)
            assert variance > 0
            e += weight * np.mean(pool) / n
            v += weight * variance / n**2
            r += (weight / n) ** 2 * variance / len(pool)
            f += (weight * variance) ** 2 / (len(pool) - 1)
        y = np.mean([row[3] for row in own])
        freedom = (v * n**2) ** 2 / f
        t = max(0.0, abs(y - e) - step / (2 * n)) / np.sqrt(v + r)
        out.append({"n": n, "y": y, "e": e, "v": v, "z": (y - e) / np.sqrt(v), "p": 2 * stats.t.sf(t, freedom)})
    judged = [at for at in range(agents) if out[at]["n"] >= min_n]
    d = np.array([out[at]["y"] - out[at]["e"] for at in judged])
    v = np.array([out[at]["v"] for at in judged])
    p = [out[at]["p"] for at in judged]
    if len(judged) >= 5:
        rejected, adjusted, *_ = multitest.multipletests(p, 0.05, "fdr_bh")
        zero = lambda t: (d**2 / (v + t)).sum() - len(d)
        tau2 = optimize.brentq(zero, 0, 1e6, xtol=1e-16, rtol=1e-14) if zero(0) > 0 else 0.0
        sign = -1 if kind == "effort" else 1
        if kind == "share":
            n = np.array([out[at]["n"] for at in judged])
            x = np.array([out[at]["y"] for at in judged]) * n
            e = np.array([out[at]["e"] for at in judged]) * n
            tilde = (x + 2) / (n + 4)
            ranked, errors = tilde - (e + 2) / (n + 4), tilde * (1 - tilde) / (n + 4)
        else:
            ranked, errors = sign * d, v
        low, high = brute_ranks(ranked, errors)
        for at, agent in enumerate(judged):
            shrunk = d[at] * tau2 / (v[at] + tau2)
            said = bool(rejected[at]) and abs(shrunk) >= margin
            out[agent] |= {"adjusted": adjusted[at], "shrunk": shrunk, "low": int(low[at]), "high": int(high[at]),
                           "verdict": ("above" if sign * shrunk > 0 else "below") if said else "as_expected"}
    else:
        tau2 = None
    counts = {}
    for a, q, l, key in answers:
        counts[a, q, l, key] = counts.get((a, q, l, key), 0) + 1
    return {"kind": kind, "agents": agents, "tau2": tau2, "out": out,
            "counts": [[*map(int, key), n] for key, n in sorted(counts.items())]}


def funnels():
    for _ in range(12):
        target, n = float(rng.uniform(0.05, 0.95)), ints(1, 2000)
        limits = []
        for probability in [0.001, 0.025, 0.975, 0.999]:
            r = stats.binom.ppf(probability, n, target)
            f, before = stats.binom.cdf(r, n, target), stats.binom.cdf(r - 1, n, target)
            limits.append(min(1, max(0, (r - (f - probability) / (f - before)) / n)))
        yield {"target": target, "n": n, "limits": limits}


def overdispersion():
    for _ in range(5):
        z = rng.normal(0, 1.5, ints(1, 60))
        low, high = np.quantile(z, [0.1, 0.9])
        yield {"z": z.tolist(), "phi": np.mean(np.clip(z, low, high) ** 2)}


def laney():
    for _ in range(4):
        n = np.array(ints(20, 200, 26))
        hits = rng.binomial(n, np.clip(rng.normal(0.8, 0.06, 26), 0, 1))
        centre = hits.sum() / n.sum()
        z = (hits / n - centre) / np.sqrt(centre * (1 - centre) / n)
        sigma = np.abs(np.diff(z)).mean() / 1.128
        yield {"hits": hits.tolist(), "n": n.tolist(), "centre": centre, "sigma_z": max(1, sigma),
               "sigmas": (z / max(1, sigma)).tolist()}


def spearman():
    for _ in range(8):
        n = ints(5, 120)
        x = rng.integers(1, 6, n)
        y = np.clip(x + rng.integers(-2, 3, n), 1, 5)
        test = stats.spearmanr(x, y)
        yield {"x": x.tolist(), "y": y.tolist(), "rho": test.statistic, "p": test.pvalue}


def r_squared(y, x):
    if x.shape[1] == 0:
        return 0.0
    x = np.column_stack([np.ones(len(y)), x])
    residual = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
    return 1 - (residual @ residual) / ((y - y.mean()) @ (y - y.mean()))


def importance():
    for p in [1, 2, 3, 5]:
        n = 60
        x = rng.integers(1, 6, (n, p)).astype(float)
        x[:, -1] = np.clip(x[:, 0] + rng.integers(-1, 2, n), 1, 5)
        y = np.clip(np.round(x.mean(axis=1) + rng.normal(0, 0.7, n)), 1, 5)
        lmg = np.zeros(p)
        orders = list(itertools.permutations(range(p)))
        for order in orders:
            for at, own in enumerate(order):
                lmg[own] += r_squared(y, x[:, order[: at + 1]]) - r_squared(y, x[:, order[:at]])
        between = np.atleast_2d(np.corrcoef(x, rowvar=False))
        with_y = np.array([np.corrcoef(x[:, at], y)[0, 1] for at in range(p)])
        values, vectors = np.linalg.eigh(between)
        root = vectors @ np.diag(np.sqrt(values)) @ vectors.T
        weights = (root**2) @ (np.linalg.inv(root) @ with_y) ** 2
        design = np.column_stack([np.ones(n), x])
        vif = [variance_inflation_factor(design, at + 1) for at in range(p)]
        yield {"y": y.tolist(), "x": x.T.tolist(), "lmg": (lmg / len(orders)).tolist(),
               "weights": weights.tolist(), "vif": vif}


def drivers():
    """Bootstrap intervals of another generator: they agree but for the draws."""
    n = 250
    x = rng.integers(1, 6, (n, 3))
    y = np.clip(np.round(0.5 * x[:, 0] + 0.3 * x[:, 1] + 0.6 + rng.normal(0, 0.8, n)), 1, 5).astype(int)
    def shares(rows):
        a, b = x[rows].astype(float), y[rows].astype(float)
        explained = {s: r_squared(b, a[:, list(s)]) for k in range(4) for s in itertools.combinations(range(3), k)}
        out = np.zeros(3)
        for order in itertools.permutations(range(3)):
            for at, own in enumerate(order):
                out[own] += explained[tuple(sorted(order[: at + 1]))] - explained[tuple(sorted(order[:at]))]
        return out / 6
    drawn = np.array([shares(rng.integers(0, n, n)) for _ in range(4000)])
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    yield {"y": y.tolist(), "x": x.T.tolist(), "low": low.tolist(), "high": high.tolist()}


def stratified():
    for _ in range(6):
        strata = []
        for _ in range(ints(1, 8)):
            answers = ints(2, 60)
            strata.append([answers + ints(0, 300), ints(0, answers), answers])
        calls = np.array([s[0] for s in strata])
        w, p, n = calls / calls.sum(), np.array([s[1] / s[2] for s in strata]), np.array([s[2] for s in strata])
        total, variance = (w * p).sum(), (w**2 * p * (1 - p) / (n - 1)).sum()
        if variance == 0:
            continue
        n_eff = total * (1 - total) / variance
        low, high = wilson(total, n_eff)
        yield {"strata": strata, "score": total, "n_eff": n_eff, "low": low, "high": high}


def kappas():
    for _ in range(5):
        table = ints(1, 50, 4)
        yield {"table": table, "kappa": inter_rater.cohens_kappa(np.reshape(table, (2, 2)), return_results=False)}


def targets():
    for _ in range(8):
        n, target = ints(20, 200), float(rng.uniform(0.6, 0.95))
        hits = ints(int(0.7 * n), n)
        def state(p, n):
            low, high = wilson(p, n)
            return "reached" if low > target else "missed" if high < target else "not yet clear"
        needed = None
        if state(hits / n, n) == "not yet clear":
            needed = next((m for m in range(n, 200_000) if state(hits / n, m) != "not yet clear"), None)
        if needed is None and state(hits / n, n) == "not yet clear":
            continue
        yield {"hits": hits, "n": n, "target": target, "state": state(hits / n, n), "needed": needed}


def quantiles():
    for _ in range(5):
        values = np.sort(rng.normal(size=ints(1, 30)))
        q = float(rng.uniform())
        yield {"values": values.tolist(), "q": q, "quantile": np.quantile(values, q)}


def coaching():
    for coached in [2, 5]:
        one, other = rng.normal(0.03, 0.04, coached), rng.normal(0.0, 0.03, 9)
        test = stats.ttest_ind(one, other, equal_var=False)
        interval = test.confidence_interval(0.95)
        yield {"coached": one.tolist(), "matched": other.tolist(), "low": interval.low, "high": interval.high,
               "p": test.pvalue}


def plain(value):
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(type(value))


CASES = [shares, paired_shares, nps_differences, means, paired_means, student, normal, paule_mandel,
         benjamini_hochberg, studentised_range, rank_intervals, families, funnels, overdispersion, laney,
         spearman, importance, drivers, stratified, kappas, targets, quantiles, coaching]

if __name__ == "__main__":
    lines = [f"{json.dumps(case.__name__)}: [\n" + ",\n".join(
        json.dumps(one, default=plain, separators=(",", ":")) for one in case()) + "\n]" for case in CASES]
    (HERE / "values.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
