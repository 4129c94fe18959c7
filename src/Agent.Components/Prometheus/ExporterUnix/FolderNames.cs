using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Agent.Components.Common.Files;
using Agent.Wire;

namespace Agent.Components.Prometheus.ExporterUnix;

/// <summary>Lists folders, and keeps the lists: a folder that holds what it held before costs no memory, and has the very same list.</summary>
/// <remarks>Starts over when full, so that folders that come and go do not stay for ever. Not thread safe.</remarks>
internal sealed partial class FolderNames : IDisposable
{
    private const int Limit = 4096;
    private const int ReadSize = 8192;

    // struct linux_dirent64: inode, offset, length of the record, type, then the name with its zero.
    private const int LengthAt = 16;
    private const int NameAt = 19;

    private static readonly nint ListCall = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 217 : 61;

    private readonly Dictionary<string, Known> _known = new(StringComparer.Ordinal);
    private readonly GrowableBuffer _raw = new();

    /// <summary>Names in a folder that start with <paramref name="prefix"/>, sorted; empty where there is no such folder.</summary>
    public IReadOnlyList<string> Of(string folder, string prefix)
    {
        Fill(folder);
        if (_known.TryGetValue(folder, out Known? known) && _raw.Written.SequenceEqual(known.Raw))
        {
            return known.With(prefix);
        }
        if (_raw.Length == 0)
        {
            return [];
        }
        if (_known.Count >= Limit)
        {
            _known.Clear();
        }
        known = new Known(_raw.Written.ToArray());
        _known[folder] = known;
        return known.With(prefix);
    }

    public void Dispose() => _raw.Dispose();

    /// <summary>Collects the names, each with a zero behind it, in the kernel's order.</summary>
    [SkipLocalsInit]
    private void Fill(string folder)
    {
        _raw.Clear();
        int descriptor = HostFile.Open(folder, "");
        if (descriptor < 0)
        {
            return;
        }
        Span<byte> records = stackalloc byte[ReadSize];
        for (nint read = List(ListCall, descriptor, records, ReadSize); read > 0; read = List(ListCall, descriptor, records, ReadSize))
        {
            Add(records[..(int)read]);
        }
        _ = Libc.Close(descriptor);
    }

    private void Add(ReadOnlySpan<byte> records)
    {
        while (records.Length > NameAt)
        {
            int length = BinaryPrimitives.ReadUInt16LittleEndian(records[LengthAt..]);
            ReadOnlySpan<byte> name = records[NameAt..length];
            name = name[..(name.IndexOf((byte)0) + 1)];
            if (!name.SequenceEqual(".\0"u8) && !name.SequenceEqual("..\0"u8))
            {
                _raw.Write(name);
            }
            records = records[length..];
        }
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint List(nint number, nint descriptor, Span<byte> records, nint size);

    private sealed class Known
    {
        private readonly string[] _names;
        private readonly Dictionary<string, IReadOnlyList<string>> _byPrefix = new(StringComparer.Ordinal);

        public Known(byte[] raw)
        {
            Raw = raw;
            _names = Encoding.UTF8.GetString(raw, 0, raw.Length - 1).Split('\0');
            Array.Sort(_names, string.CompareOrdinal);
        }

        public byte[] Raw { get; }

        public IReadOnlyList<string> With(string prefix)
        {
            if (prefix.Length == 0)
            {
                return _names;
            }
            if (!_byPrefix.TryGetValue(prefix, out IReadOnlyList<string>? names))
            {
                _byPrefix[prefix] = names = Array.FindAll(_names, name => name.StartsWith(prefix, StringComparison.Ordinal));
            }
            return names;
        }
    }
}
