#!/usr/bin/env python3
"""Writes transaction-features.json: features of customers at a cut-off date, by pandas, from purchases drawn here.

  python3 tests/oracles/transaction_features.py

Needs Debian's python3-pandas.
"""
import json
from pathlib import Path

import numpy as np
import pandas as pd

generator = np.random.default_rng(20261120)
CUTOFF = pd.Timestamp("2026-06-30")


def draw() -> pd.DataFrame:
    rows = []
    for customer in range(40):
        start = generator.integers(0, 330)
        for _ in range(generator.integers(1, 25)):
            day = pd.Timestamp("2025-09-01") + pd.Timedelta(days=int(start + generator.integers(0, 420 - start)))
            amount = round(float(generator.gamma(2.0, 20.0)) + 0.01, 2)
            if generator.random() < 0.1:
                amount = -amount
            category = generator.choice(["food", "toys", "tools", ""], p=[0.5, 0.25, 0.15, 0.1])
            rows.append((f"c{customer:02d}", day, amount, str(category)))
    return pd.DataFrame(rows, columns=["customer", "date", "amount", "category"]).sample(frac=1, random_state=1)


def trend(now: float, before: float) -> float | None:
    size = abs(now) + abs(before)
    return (now - before) / size if size > 0 else None


def features(whole: pd.DataFrame, look_back: int) -> dict | None:
    oldest = int((CUTOFF - whole["date"]).dt.days.max())
    one = whole[(CUTOFF - whole["date"]).dt.days < look_back]
    if not len(one):
        return None
    age = (CUTOFF - one["date"]).dt.days
    active = np.sort(one["date"].unique())
    gap = float(np.diff(active).mean() / np.timedelta64(1, "D")) if len(active) > 1 else None
    recency, tenure = int(age.min()), min(oldest, look_back - 1)
    out = {
        "days_since_last_purchase": recency,
        "tenure_days": tenure,
        "average_gap_days": gap,
        "gaps_since_last_purchase": recency / gap if gap else None,
        "refund_share": float((one["amount"] < 0).mean()),
        "monthly_spend": float(one["amount"].sum()) / max(tenure + 1, 30) * 30,
    }
    for name, days in [("", 10_000), ("_last_30_days", 30), ("_last_90_days", 90), ("_last_180_days", 180)]:
        if name and days >= look_back:
            continue
        inside = one["amount"][age < days]
        out[f"purchases{name}"] = len(inside)
        out[f"spend{name}"] = float(inside.sum())
        out[f"mean_amount{name}"] = float(inside.mean()) if len(inside) else None
        out[f"largest_amount{name}"] = float(inside.max()) if len(inside) else None
    if look_back >= 180:
        now, before = one["amount"][age < 90], one["amount"][(age >= 90) & (age < 180)]
        out["purchases_trend"] = trend(len(now), len(before))
        out["spend_trend"] = trend(float(now.sum()), float(before.sum()))
    named = one["category"][one["category"] != ""]
    out["categories"] = int(named.nunique())
    out["favourite_category"] = str(named.mode().iloc[0]) if len(named) else None
    return out


table = draw()
known = table[table["date"] <= CUTOFF]
reference = {
    "cutoff": CUTOFF.strftime("%Y-%m-%d"),
    "rows": [[c, d.strftime("%Y-%m-%d"), f"{a:.2f}", k] for c, d, a, k in table.itertuples(index=False)],
    # A whole history, and two shorter look-backs: the first leaves out the longest window, the second the trends too.
    "periods": [
        {
            "lookBack": look_back,
            "features": {
                name: found
                for name, one in known.groupby("customer")
                if (found := features(one, look_back)) is not None
            },
        }
        for look_back in (10_000, 180, 100)
    ],
}
(Path(__file__).parent / "transaction-features.json").write_text(json.dumps(reference) + "\n")
