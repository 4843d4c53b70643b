"""Reads a TensorBoard event file without TensorFlow: frames, checksums and messages by hand; prints JSON."""
import json
import struct
import sys

TABLE = []
for byte in range(256):
    crc = byte
    for _ in range(8):
        crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    TABLE.append(crc)


def masked(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = TABLE[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    crc ^= 0xFFFFFFFF
    return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF


def varint(data, at):
    value = shift = 0
    while True:
        value |= (data[at] & 0x7F) << shift
        shift += 7
        at += 1
        if data[at - 1] < 0x80:
            return value, at


def fields(data):
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        kind = key & 7
        if kind == 0:
            value, at = varint(data, at)
        elif kind == 1:
            value, at = struct.unpack("<d", data[at : at + 8])[0], at + 8
        elif kind == 5:
            value, at = struct.unpack("<f", data[at : at + 4])[0], at + 4
        else:
            length, at = varint(data, at)
            value, at = data[at : at + length], at + length
        yield key >> 3, value


def records(data):
    at = 0
    while at < len(data):
        length, check = struct.unpack("<QI", data[at : at + 12])
        assert masked(data[at : at + 8]) == check, "checksum of a length"
        body = data[at + 12 : at + 12 + length]
        assert masked(body) == struct.unpack("<I", data[at + 12 + length : at + 16 + length])[0], "checksum of a record"
        yield body
        at += 16 + length


def value(data):
    entry = dict(fields(data))
    found = {"tag": entry[1].decode()}
    if 2 in entry:
        found["value"] = entry[2]
    if 4 in entry:
        image = dict(fields(entry[4]))
        found.update(height=image[1], width=image[2], colours=image[3], png=image[4][:8].hex())
    return found


events = []
with open(sys.argv[1], "rb") as file:
    for record in records(file.read()):
        event = dict(fields(record))
        events.append(
            {
                "time": event[1],
                "step": event.get(2, 0),
                "version": event[3].decode() if 3 in event else None,
                "values": [value(entry) for number, entry in fields(event[5]) if number == 1] if 5 in event else [],
            }
        )
print(json.dumps(events))
