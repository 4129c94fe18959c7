namespace Agent.Components.Prometheus.ExporterUnix.DBus;

/// <summary>The value of a property, as far as properties in use go: a number, a truth value or a text.</summary>
internal readonly record struct DBusValue
{
    /// <summary>False where the property is missing or of a type that is not read.</summary>
    public bool IsKnown { get; private init; }

    public ulong Number { get; private init; }

    public string? Text { get; private init; }

    /// <summary>Reads a variant.</summary>
    public static DBusValue Read(ref DBusReader reader, NameCache names)
    {
        ReadOnlySpan<byte> type = reader.Signature();
        return type switch
        {
            [(byte)'y'] => OfNumber(reader.Byte()),
            [(byte)'q'] => OfNumber(reader.UInt16()),
            [(byte)'b' or (byte)'u'] => OfNumber(reader.UInt32()),
            [(byte)'t'] => OfNumber(reader.UInt64()),
            [(byte)'s' or (byte)'o'] => new DBusValue { IsKnown = true, Text = names[reader.Text()] },
            _ => default,
        };
    }

    private static DBusValue OfNumber(ulong number) => new() { IsKnown = true, Number = number };
}
