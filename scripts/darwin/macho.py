"""Reads Mach-O files as Apple's headers lay them out: universal files, load commands, symbols. No third party's code, so that
it can contradict the tools that wrote the files."""
import dataclasses
import struct

FAT = 0xCAFEBABE
MACH_O_64 = 0xFEEDFACF
CPUS = {0x0100000C: "arm64", 0x01000007: "x86_64"}
EXECUTE, PIE, ALLOW_STACK_EXECUTION = 2, 0x200000, 0x20000
SYMTAB, DYSYMTAB, LOAD_DYLIB, LOAD_WEAK_DYLIB, REEXPORT_DYLIB = 0x2, 0xB, 0xC, 0x80000018, 0x8000001F
SEGMENT, RPATH, CODE_SIGNATURE, BUILD_VERSION, CHAINED_FIXUPS = 0x19, 0x8000001C, 0x1D, 0x32, 0x80000034
LOCAL_INDIRECT, ABSOLUTE_INDIRECT = 0x80000000, 0x40000000
SPECIAL_ORDINALS = {0: "itself", 253: "weak lookup", 254: "dynamic lookup", 255: "the executable"}


class Malformed(Exception):
    pass


@dataclasses.dataclass
class Symbol:
    name: str
    type: int
    description: int

    @property
    def undefined(self):
        return self.type & 0xE0 == 0 and self.type & 0x0E == 0 and self.type & 0x01

    @property
    def library(self):
        """Which of the dylibs it comes from, counted from 1."""
        return self.description >> 8 & 0xFF


@dataclasses.dataclass
class Segment:
    name: str
    file_offset: int
    file_size: int
    protection: int


class Slice:
    """One architecture. `data` is this slice alone."""

    def __init__(self, data):
        self.data = data
        if len(data) < 32 or struct.unpack_from("<I", data)[0] != MACH_O_64:
            raise Malformed("no 64-bit Mach-O header")
        _, cpu, _, self.file_type, self.count, size, self.flags, _ = struct.unpack_from("<8I", data)
        self.arch = CPUS.get(cpu, hex(cpu))
        self.dylibs, self.rpaths, self.segments, self.symbols = [], [], [], []
        self.minimum = self.sdk = self.platform = self.signature = self.fixups = None
        self.indirect = ()
        self._read_commands(size)

    def _read_commands(self, size):
        at, end = 32, 32 + size
        symtab = dysymtab = None
        for _ in range(self.count):
            if at + 8 > end:
                raise Malformed("load commands run over their size")
            command, length = struct.unpack_from("<II", self.data, at)
            if length < 8 or at + length > end:
                raise Malformed("a load command runs over the end")
            if command in (LOAD_DYLIB, LOAD_WEAK_DYLIB, REEXPORT_DYLIB):
                self.dylibs.append(self._text(at + struct.unpack_from("<I", self.data, at + 8)[0], at + length))
            elif command == RPATH:
                self.rpaths.append(self._text(at + struct.unpack_from("<I", self.data, at + 8)[0], at + length))
            elif command == SEGMENT:
                name = self.data[at + 8:at + 24].rstrip(b"\0").decode()
                offset, file_size, _, protection = struct.unpack_from("<QQII", self.data, at + 40)
                self.segments.append(Segment(name, offset, file_size, protection))
            elif command == BUILD_VERSION:
                self.platform, self.minimum, self.sdk = (
                    value if i == 0 else f"{value >> 16}.{value >> 8 & 255}"
                    for i, value in enumerate(struct.unpack_from("<III", self.data, at + 8)))
            elif command == CODE_SIGNATURE:
                self.signature = struct.unpack_from("<II", self.data, at + 8)
            elif command == CHAINED_FIXUPS:
                self.fixups = struct.unpack_from("<II", self.data, at + 8)
            elif command == SYMTAB:
                symtab = struct.unpack_from("<IIII", self.data, at + 8)
            elif command == DYSYMTAB:
                dysymtab = struct.unpack_from("<18I", self.data, at + 8)
            at += length
        self._read_symbols(symtab, dysymtab)

    def _text(self, start, end):
        zero = self.data.find(b"\0", start, end)
        return self.data[start:zero if zero >= 0 else end].decode()

    def _read_symbols(self, symtab, dysymtab):
        if not symtab or not dysymtab:
            raise Malformed("no symbol table")
        offset, count, strings, string_size = symtab
        if offset + 16 * count > len(self.data) or strings + string_size > len(self.data):
            raise Malformed("the symbol table runs over the end")
        for i in range(count):
            name, kind, _, description, _ = struct.unpack_from("<IBBHQ", self.data, offset + 16 * i)
            if name >= max(string_size, 1):
                raise Malformed(f"symbol {i} has its name outside the string table")
            self.symbols.append(Symbol(self._text(strings + name, strings + string_size), kind, description))
        first, number = dysymtab[12:14]
        if first + 4 * number > len(self.data):
            raise Malformed("the indirect symbol table runs over the end")
        self.indirect = struct.unpack_from(f"<{number}I", self.data, first)

    def bad_indirect(self):
        """Entries of the indirect symbol table that name no symbol."""
        special = (LOCAL_INDIRECT, ABSOLUTE_INDIRECT, LOCAL_INDIRECT | ABSOLUTE_INDIRECT)
        return [i for i in self.indirect if i not in special and i >= len(self.symbols)]


def read(data):
    """The slices of a universal or a thin file."""
    if len(data) >= 8 and struct.unpack_from(">I", data)[0] == FAT:
        count = struct.unpack_from(">I", data, 4)[0]
        slices = []
        for i in range(count):
            _, _, offset, size, align = struct.unpack_from(">5I", data, 8 + 20 * i)
            if offset + size > len(data) or offset % (1 << align):
                raise Malformed(f"slice {i} is outside the file or not aligned")
            slices.append(Slice(data[offset:offset + size]))
        return slices
    return [Slice(data)]
