using Agent.Components.Common.JmesPath;
using Agent.Components.Loki.Process.GeoIp;
using Agent.Components.Loki.Process.Json;
using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;
using Agent.Sdk.Metrics;

namespace Agent.Components.Loki.Process.Stages;

/// <summary>Looks an IP address up in a MaxMind database and extracts where it is.</summary>
[Stage("geoip")]
public sealed partial class GeoipStage : LogStage
{
    private readonly MmdbFile _database;
    private readonly MetricScope _metrics;
    private readonly int _source;
    private readonly GeoIpFields? _fields;
    private readonly (JmesExpression Expression, int Slot)[] _lookups;

    private GeoipStage(Arguments arguments, StageContext context)
    {
        _metrics = context.Metrics;
        _source = context.Slot(arguments.Source);
        _fields = arguments.DbType.Length > 0 ? new GeoIpFields(context, arguments.DbType) : null;
        _lookups = [.. (arguments.CustomLookups ?? ValueMap<string>.Empty)
            .Select(lookup => (Parse(lookup.Key, lookup.Value, out _)!, context.Slot(lookup.Key)))];
        if (!context.Databases.TryGetValue(arguments.Db, out MmdbFile? database))
        {
            database = Load(arguments.Db);
            context.Databases.Add(arguments.Db, database);
        }
        _database = database;
    }

    public sealed record Arguments : StageArguments, IValidated
    {
        /// <summary>Path of the database, a .mmdb file; read when the configuration is loaded.</summary>
        public required string Db { get; init; }

        /// <summary>Name of the extracted value that holds the address.</summary>
        public required string Source { get; init; }

        /// <summary>What the database holds: <c>city</c>, <c>asn</c> or <c>country</c>.</summary>
        public string DbType { get; init; } = "";

        /// <summary>Further values to extract, each with a JMESPath expression over the address's record; without one, the name is the expression.</summary>
        public ValueMap<string>? CustomLookups { get; init; }

        public override LogStage Create(StageContext context) => new GeoipStage(this, context);

        public void Validate(ValidationContext context)
        {
            if (Db.Length == 0)
            {
                context.Error("db", "geoip needs the path of a database");
            }
            if (Source.Length == 0)
            {
                context.Error("source", "geoip needs the name of an extracted value");
            }
            if (DbType.Length == 0 && CustomLookups is null)
            {
                context.Error("geoip needs a db_type or custom_lookups");
            }
            if (DbType is not ("" or "city" or "asn" or "country"))
            {
                context.Error("db_type", $"unknown type \"{DbType}\"", "write \"city\", \"asn\" or \"country\"");
            }
            foreach ((string name, string expression) in CustomLookups ?? ValueMap<string>.Empty)
            {
                if (Parse(name, expression, out string? error) is null)
                {
                    context.Error("custom_lookups", $"cannot read the expression of \"{name}\": {error}");
                }
            }
        }
    }

    public override bool Keep(LogRecord record)
    {
        if (!record.TryGetText(_source, out ReadOnlyMemory<byte> text))
        {
            return true;
        }
        Span<byte> address = stackalloc byte[16];
        if (!IpText.TryParse(text.Span, address, out int length))
        {
            Count("not_an_ip");
            return true;
        }
        if (length == address.Length && !_database.HasIPv6)
        {
            Count("ipv6_in_ipv4_database");
            return true;
        }
        int found = _database.Find(address[..length], out bool isCorrupt);
        if (isCorrupt || (found != MmdbReader.None && !TryExtract(record, found)))
        {
            Count("corrupt_database");
        }
        return true;
    }

    private bool TryExtract(LogRecord record, int found)
    {
        var reader = new MmdbReader(_database.Data);
        _fields?.Set(record, ref reader, found);
        if (_lookups.Length == 0)
        {
            return !reader.IsCorrupt;
        }
        reader = new MmdbReader(_database.Data);
        JmesValue document = MmdbJson.Read(ref reader, found);
        if (reader.IsCorrupt)
        {
            return false;
        }
        foreach ((JmesExpression expression, int slot) in _lookups)
        {
            if (expression.TrySearch(document, out JmesValue result, out _) && !result.IsNull)
            {
                record.Set(slot, JsonValueReader.Read(result, record.Scratch));
            }
        }
        return true;
    }

    private static JmesExpression? Parse(string name, string expression, out string? error) =>
        JmesExpression.TryParse(expression.Length == 0 ? name : expression, out JmesExpression? parsed, out error) ? parsed : null;

    private static MmdbFile Load(string path)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ComponentException($"cannot read the GeoIP database {path}: {exception.Message}", exception);
        }
        return MmdbFile.TryRead(bytes, out MmdbFile? file, out string? error)
            ? file
            : throw new ComponentException($"cannot read the GeoIP database {path}: {error}");
    }

    // The series of a reason appears with its first entry.
    private void Count(string reason) => _metrics.Counter(
        "loki_process_geoip_errors_total",
        "Entries whose address could not be looked up",
        ("reason", reason)).Increment();
}
