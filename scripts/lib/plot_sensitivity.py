"""Draws the points of bench-sensitivity and prints the table of docs/receiver.md: plot_sensitivity.py POINTS.csv CURVES.svg."""

import csv
import sys

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams["svg.hashsalt"] = "receiver"
matplotlib.rcParams["svg.fonttype"] = "none"
import matplotlib.pyplot as plt


def main(points: str, picture: str) -> None:
    lines = open(points, encoding="utf-8").read().splitlines()
    rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    print("| octets | coding | R | bursts | genie, dB | receiver, dB | loss, dB (95 %) |\n|---|---|---|---|---|---|---|")
    for line in lines:
        if line.startswith("# "):
            name, figures = line[2:].split(": ")
            octets, coding, periods = name.split(",")
            bursts = next(r["bursts"] for r in rows if [r["octets"], r["coding"], r["R"]] == [octets, coding, periods])
            words = figures.replace(",", "").split()
            print(f"| {octets} | {coding} | {periods} | {bursts} | {words[1]} | {words[3]} | "
                  f"{words[6]} {words[7]} to {words[9]} |")
    figure, panels = plt.subplots(2, 4, figsize=(13, 6.5), sharey=True)
    codings = ["uncoded", "repeated", "coded", "coded+repeated"]
    for down, octets in enumerate(["20", "60"]):
        for across, coding in enumerate(codings):
            panel = panels[down][across]
            for color, periods in enumerate(["1", "2", "4", "8"]):
                own = [r for r in rows if [r["octets"], r["coding"], r["R"]] == [octets, coding, periods]]
                if not own:
                    continue
                snr = [float(r["snr"]) for r in own]
                for who, style in [("genie", "--"), ("receiver", "-")]:
                    rate = [max(int(r[f"{who} lost"]), 0.5) / int(r["bursts"]) for r in own]
                    panel.semilogy(snr, rate, style, color=f"C{color}", marker=".", label=f"{who}, R = {periods}")
            panel.axhline(0.1, color="gray", linewidth=0.6)
            panel.set_title(f"{octets} octets, {coding}")
            panel.grid(True, which="both", linewidth=0.3)
            panel.set_xlabel("SNR per bit, dB")
    panels[0][0].set_ylabel("frames lost")
    panels[1][0].set_ylabel("frames lost")
    panels[0][3].legend(fontsize=7)
    figure.tight_layout()
    figure.savefig(picture, metadata={"Date": None})


if __name__ == "__main__":
    main(*sys.argv[1:3])
