using System.Text;
using Agent.Components.Common.Relabel;
using Agent.Telemetry;

namespace Agent.Components.Loki.SourceSyslog;

/// <summary>Finds the labels of messages, for one listener.</summary>
internal sealed class EntryLabels(ListenerOptions options, LabelSet fixedLabels)
{
    /// <summary>Longer headers are not remembered, so that the cache stays small.</summary>
    private const int LongestKey = 1024;

    private Remembered? _remembered;

    private sealed record Remembered(Relabeler Rules, LabelCache Cache);

    /// <summary>Null where the rules drop the message.</summary>
    public LabelSet? Of(in SyslogMessage message, SyslogPeer peer, Relabeler rules)
    {
        Remembered? remembered = Volatile.Read(ref _remembered);
        if (remembered is null || remembered.Rules != rules)
        {
            remembered = new Remembered(rules, new LabelCache());
            Volatile.Write(ref _remembered, remembered);
        }
        Span<byte> buffer = stackalloc byte[LongestKey];
        var key = new KeyWriter(buffer);
        key.Add(peer.Key);
        key.AddNumber(message.Priority);
        key.Add(message.Hostname);
        key.Add(message.AppName);
        key.Add(message.ProcId);
        key.Add(message.MsgId);
        key.AddNumber(message.Counter);
        key.AddNumber(message.Sequence);
        key.Add(options.LabelStructuredData ? message.StructuredData : default);
        if (!key.Fits)
        {
            return Compute(message, peer, rules);
        }
        return remembered.Cache.TryGet(key.Written, out LabelSet? labels)
            ? labels
            : remembered.Cache.Add(key.Written, Compute(message, peer, rules));
    }

    private LabelSet? Compute(in SyslogMessage message, SyslogPeer peer, Relabeler rules)
    {
        var labels = new LabelSetBuilder(fixedLabels);
        labels.Set("__syslog_connection_ip_address", peer.Address);
        labels.Set("__syslog_connection_hostname", peer.Hostname);
        if (message.Priority != SyslogMessage.None)
        {
            Set(labels, "__syslog_message_severity", SyslogNames.Severity(message.Priority));
            Set(labels, "__syslog_message_facility", SyslogNames.Facility(message.Priority));
        }
        Set(labels, "__syslog_message_hostname", Encoding.UTF8.GetString(message.Hostname));
        Set(labels, "__syslog_message_app_name", Encoding.UTF8.GetString(message.AppName));
        Set(labels, "__syslog_message_proc_id", Encoding.UTF8.GetString(message.ProcId));
        Set(labels, "__syslog_message_msg_id", Encoding.UTF8.GetString(message.MsgId));
        Set(labels, "__syslog_message_msg_counter", message.Counter == SyslogMessage.None ? "" : $"{(int)message.Counter}");
        Set(labels, "__syslog_message_sequence", message.Sequence == SyslogMessage.None ? "" : $"{(int)message.Sequence}");
        if (options.LabelStructuredData)
        {
            AddStructuredData(labels, message.StructuredData);
        }
        if (!rules.Apply(labels))
        {
            return null;
        }
        labels.RemoveAll(static label => label.Name.StartsWith("__", StringComparison.Ordinal));
        return labels.ToLabelSet();
    }

    /// <summary>A field that is missing leaves a fixed label of that name alone.</summary>
    private static void Set(LabelSetBuilder labels, string name, string value)
    {
        if (value.Length > 0)
        {
            labels.Set(name, value);
        }
    }

    private static void AddStructuredData(LabelSetBuilder labels, ReadOnlySpan<byte> data)
    {
        var reader = new StructuredDataReader(data);
        while (reader.TryRead(out StructuredDataParameter parameter))
        {
            string id = Encoding.UTF8.GetString(data[parameter.Id]).Replace('@', '_');
            string name = Encoding.UTF8.GetString(data[parameter.Name]);
            if (name.Length > 0)
            {
                labels.Set($"__syslog_message_sd_{id}_{name}", Unescape(Encoding.UTF8.GetString(data[parameter.Value])));
            }
        }
    }

    private static string Unescape(string value)
    {
        if (!value.Contains('\\', StringComparison.Ordinal))
        {
            return value;
        }
        var plain = new StringBuilder(value.Length);
        for (int i = 0; i < value.Length; i++)
        {
            bool escapes = value[i] == '\\' && i + 1 < value.Length && value[i + 1] is '"' or ']' or '\\';
            plain.Append(value[escapes ? ++i : i]);
        }
        return plain.ToString();
    }

    /// <summary>Joins fields with their lengths, so that no two headers have one key.</summary>
    private ref struct KeyWriter(Span<byte> buffer)
    {
        private readonly Span<byte> _buffer = buffer;
        private int _length;

        public bool Fits { get; private set; } = true;

        public readonly ReadOnlySpan<byte> Written => _buffer[.._length];

        public void Add(ReadOnlySpan<byte> field)
        {
            AddNumber(field.Length);
            if (Fits && field.TryCopyTo(_buffer[_length..]))
            {
                _length += field.Length;
                return;
            }
            Fits = false;
        }

        public void AddNumber(long number)
        {
            Fits &= BitConverter.TryWriteBytes(_buffer[_length..], number);
            _length += Fits ? sizeof(long) : 0;
        }
    }
}
