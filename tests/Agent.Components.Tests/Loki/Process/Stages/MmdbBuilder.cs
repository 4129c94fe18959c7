using System.Buffers.Binary;
using System.Text;

namespace Agent.Components.Tests.Loki.Process.Stages;

/// <summary>Writes small MaxMind databases.</summary>
internal sealed class MmdbBuilder(int recordBits = 24, int version = 6)
{
    private readonly List<byte> _data = [];
    private readonly List<uint[]> _nodes = [[0, 0]];
    private readonly Dictionary<uint, int> _records = [];

    /// <summary>Writes a value into the data section; returns its offset.</summary>
    public int Write(object value)
    {
        int at = _data.Count;
        Append(_data, value);
        return at;
    }

    /// <summary>Bytes as they are.</summary>
    public int WriteRaw(params byte[] bytes)
    {
        int at = _data.Count;
        _data.AddRange(bytes);
        return at;
    }

    /// <summary>Ties a network to an offset in the data section.</summary>
    public MmdbBuilder Add(byte[] address, int bits, int offset)
    {
        uint node = 0;
        for (int i = 0; i < bits; i++)
        {
            int side = (address[i / 8] >> (7 - (i % 8))) & 1;
            if (i == bits - 1)
            {
                // Marked, since the number of nodes is not known yet.
                uint mark = uint.MaxValue - (uint)_records.Count;
                _records.Add(mark, offset);
                _nodes[(int)node][side] = mark;
            }
            else
            {
                if (_nodes[(int)node][side] == 0)
                {
                    _nodes.Add([0, 0]);
                    _nodes[(int)node][side] = (uint)_nodes.Count - 1;
                }
                node = _nodes[(int)node][side];
            }
        }
        return this;
    }

    public byte[] Build()
    {
        var file = new List<byte>();
        foreach (uint[] node in _nodes)
        {
            WriteNode(file, Record(node[0]), Record(node[1]));
        }
        file.AddRange(new byte[16]);
        file.AddRange(_data);
        file.AddRange([0xAB, 0xCD, 0xEF, .. "MaxMind.com"u8]);
        Append(file, new Dictionary<string, object>
        {
            ["node_count"] = (uint)_nodes.Count,
            ["record_size"] = (ushort)recordBits,
            ["ip_version"] = (ushort)version,
            ["binary_format_major_version"] = (ushort)2,
        });
        return [.. file];
    }

    private uint Record(uint value)
    {
        if (_records.TryGetValue(value, out int offset))
        {
            return (uint)(_nodes.Count + 16 + offset);
        }
        return value == 0 ? (uint)_nodes.Count : value;
    }

    private void WriteNode(List<byte> file, uint left, uint right)
    {
        switch (recordBits)
        {
            case 24:
                file.AddRange([(byte)(left >> 16), (byte)(left >> 8), (byte)left, (byte)(right >> 16), (byte)(right >> 8), (byte)right]);
                break;
            case 28:
                file.AddRange([(byte)(left >> 16), (byte)(left >> 8), (byte)left]);
                file.Add((byte)(((left >> 24) << 4) | (right >> 24)));
                file.AddRange([(byte)(right >> 16), (byte)(right >> 8), (byte)right]);
                break;
            default:
                file.AddRange(BigEndian(left).Concat(BigEndian(right)));
                break;
        }
    }

    private static byte[] BigEndian(uint value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }

    private static void Append(List<byte> target, object value)
    {
        switch (value)
        {
            case string text:
                byte[] utf8 = Encoding.UTF8.GetBytes(text);
                Control(target, 2, utf8.Length);
                target.AddRange(utf8);
                break;
            case double number:
                byte[] bytes = new byte[8];
                BinaryPrimitives.WriteDoubleBigEndian(bytes, number);
                Control(target, 3, 8);
                target.AddRange(bytes);
                break;
            case ushort number:
                Control(target, 5, 2);
                target.AddRange([(byte)(number >> 8), (byte)number]);
                break;
            case uint number:
                Control(target, 6, 4);
                target.AddRange(BigEndian(number));
                break;
            case bool flag:
                Control(target, 14, flag ? 1 : 0);
                break;
            case Pointer pointer:
                target.Add((byte)(0x20 | (pointer.Target >> 8)));
                target.Add((byte)pointer.Target);
                break;
            case object[] items:
                Control(target, 11, items.Length);
                Array.ForEach(items, item => Append(target, item));
                break;
            default:
                var fields = (Dictionary<string, object>)value;
                Control(target, 7, fields.Count);
                foreach ((string name, object field) in fields)
                {
                    Append(target, name);
                    Append(target, field);
                }
                break;
        }
    }

    private static void Control(List<byte> target, int type, int size)
    {
        int low = Math.Min(size, 29);
        target.Add((byte)(((type <= 7 ? type : 0) << 5) | low));
        if (type > 7)
        {
            target.Add((byte)(type - 7));
        }
        if (low == 29)
        {
            target.Add((byte)(size - 29));
        }
    }

    /// <summary>A value that stands elsewhere, below offset 2048.</summary>
    public sealed record Pointer(int Target);
}
