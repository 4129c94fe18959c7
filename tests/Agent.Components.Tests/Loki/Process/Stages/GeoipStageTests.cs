using Agent.Components.Loki.Process;
using Agent.Components.Loki.Process.GeoIp;
using Agent.Components.Loki.Process.Stages;
using Agent.Sdk;
using Agent.Sdk.Patterns;

namespace Agent.Components.Tests.Loki.Process.Stages;

public sealed class GeoipStageTests : IDisposable
{
    private static readonly string[] Fields =
    [
        "geoip_city_name", "geoip_country_name", "geoip_country_code", "geoip_continent_name", "geoip_continent_code",
        "geoip_location_latitude", "geoip_location_longitude", "geoip_postal_code", "geoip_timezone", "geoip_subdivision_name",
        "geoip_subdivision_code", "geoip_autonomous_system_number", "geoip_autonomous_system_organization", "department", "all",
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("invar-test-").FullName;

    [Theory]
    [InlineData(24)]
    [InlineData(28)]
    [InlineData(32)]
    public void A_city_gives_its_names_place_and_time_zone(int recordBits)
    {
        var builder = new MmdbBuilder(recordBits);
        int names = builder.Write(Names("Europe"));
        int record = builder.Write(City(new MmdbBuilder.Pointer(names)));
        string db = Save(builder.Add(Mapped(81, 2, 69, 0), 96 + 24, record).Build());
        Assert.Equal(
            "geoip_city_name=Berlin geoip_continent_code=EU geoip_continent_name=Europe geoip_country_code=DE geoip_country_name=Germany "
            + "geoip_location_latitude=52.5 geoip_location_longitude=-13.25 geoip_postal_code=10117 geoip_subdivision_code=BE "
            + "geoip_subdivision_name=Land Berlin geoip_timezone=Europe/Berlin",
            Lookup(db, "city", "81.2.69.142"));
        Assert.Equal("geoip_continent_code=EU geoip_continent_name=Europe geoip_country_code=DE geoip_country_name=Germany", Lookup(db, "country", "::ffff:81.2.69.1"));
        Assert.Equal("", Lookup(db, "city", "81.2.70.1"));
    }

    [Fact]
    public void A_network_gives_its_number_and_its_owner()
    {
        var builder = new MmdbBuilder(version: 4);
        int record = builder.Write(new Dictionary<string, object> { ["autonomous_system_number"] = 396982u, ["autonomous_system_organization"] = "GOOGLE" });
        string db = Save(builder.Add([34, 120, 0, 0], 16, record).Build());
        Assert.Equal("geoip_autonomous_system_number=396982 geoip_autonomous_system_organization=GOOGLE", Lookup(db, "asn", "34.120.177.193"));
    }

    [Fact]
    public void Expressions_read_what_else_is_in_the_record()
    {
        var builder = new MmdbBuilder();
        int record = builder.Write(new Dictionary<string, object>
        {
            ["my"] = new Dictionary<string, object> { ["department"] = "R&D", ["floors"] = new object[] { (ushort)1, (ushort)2 }, ["remote"] = true },
        });
        string db = Save(builder.Add([0x20, 0x01, 0x0d, 0xb8], 32, record).Build());
        Assert.Equal(
            "all={\"department\":\"R\\u0026D\",\"floors\":[1,2],\"remote\":true} department=R&D",
            Lookup(db, "", "2001:db8::1", new([new("department", "my.department"), new("all", "my"), new("missing", "my.nothing")])));
    }

    [Fact]
    public void What_is_no_address_passes_and_is_counted()
    {
        string db = Save(new MmdbBuilder(version: 4).Build());
        using PipelineFixture fixture = Fixture(db, "city", null);
        fixture.Send("localhost", "1", "1.2.3", "01.2.3.4", "0x1.2.3.4", "1.2.3.4.5", "fe80::1%eth0", "[::1]", "\uFFFD", new string(':', 60), "::1", "1.2.3.4");
        Assert.Equal(12, fixture.Collector.Lines.Count());
        Assert.Equal(10, fixture.Count("loki_process_geoip_errors_total", "not_an_ip"));
        Assert.Equal(1, fixture.Count("loki_process_geoip_errors_total", "ipv6_in_ipv4_database"));
    }

    [Fact]
    public async Task A_database_that_is_missing_or_broken_is_an_error_at_load_that_names_it()
    {
        string missing = Path.Combine(_folder, "none.mmdb");
        Assert.Contains(missing, await LoadErrorAsync(missing), StringComparison.Ordinal);
        Assert.Contains("no MaxMind database", await LoadErrorAsync(Save("hello"u8.ToArray())), StringComparison.Ordinal);
        Assert.Contains("no MaxMind database", await LoadErrorAsync(Save([])), StringComparison.Ordinal);
        byte[] whole = Sample();
        Assert.Contains("shorter than its metadata says", await LoadErrorAsync(Save(whole[800..])), StringComparison.Ordinal);
        Assert.Contains("metadata is corrupt", await LoadErrorAsync(Save(whole[..^30])), StringComparison.Ordinal);
        Assert.Contains("format is not known", await LoadErrorAsync(Save(new MmdbBuilder(version: 5).Build())), StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_bytes_a_database_is_made_of_it_loads_or_not_and_entries_pass()
    {
        byte[] whole = Sample();
        var random = new Random(20261121);
        for (int i = 0; i < 3000; i++)
        {
            byte[] broken = [.. whole];
            for (int flips = random.Next(1, 8); flips > 0; flips--)
            {
                broken[random.Next(broken.Length)] = (byte)random.Next(256);
            }
            Try(broken[..random.Next(broken.Length / 2, broken.Length + 1)]);
            Try(broken);
        }
    }

    [Fact]
    public void Maps_that_hold_each_other_end()
    {
        var builder = new MmdbBuilder();

        // Each of 30 levels holds the next one 20 times.
        int level = builder.Write("end");
        for (int i = 0; i < 30; i++)
        {
            int inner = level;
            level = builder.Write(Enumerable.Repeat<object>(new MmdbBuilder.Pointer(inner), 20).ToArray());
        }
        int self = builder.WriteRaw(0xE1, 0x41, (byte)'a', 0x28 | 0, 0, 0);
        string db = Save(builder.Add(Mapped(1, 0, 0, 0), 96 + 8, level).Add(Mapped(2, 0, 0, 0), 96 + 8, self).Build());
        using PipelineFixture fixture = Fixture(db, "", new([new("all", "@")]));
        fixture.Send("1.1.1.1", "2.2.2.2");
        Assert.Equal(2, fixture.Collector.Lines.Count());
        Assert.True(fixture.Count("loki_process_geoip_errors_total", "corrupt_database") >= 1);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static byte[] Sample()
    {
        var builder = new MmdbBuilder(28);
        int names = builder.Write(Names("Europe"));
        int record = builder.Write(City(new MmdbBuilder.Pointer(names)));
        return builder.Add(Mapped(1, 2, 3, 0), 96 + 24, record).Build();
    }

    private static Dictionary<string, object> City(object continentNames) => new()
    {
        ["city"] = new Dictionary<string, object> { ["names"] = Names("Berlin") },
        ["continent"] = new Dictionary<string, object> { ["code"] = "EU", ["names"] = continentNames },
        ["country"] = new Dictionary<string, object> { ["iso_code"] = "DE", ["names"] = Names("Germany") },
        ["location"] = new Dictionary<string, object> { ["latitude"] = 52.5, ["longitude"] = -13.25, ["time_zone"] = "Europe/Berlin" },
        ["postal"] = new Dictionary<string, object> { ["code"] = "10117" },
        ["subdivisions"] = new object[]
        {
            new Dictionary<string, object> { ["iso_code"] = "XX", ["names"] = Names("Region") },
            new Dictionary<string, object> { ["iso_code"] = "BE", ["names"] = Names("Land Berlin") },
        },
    };

    private static Dictionary<string, object> Names(string english) => new() { ["de"] = "anders, und so lang, dass die Laenge eigene Bytes hat", ["en"] = english };

    // IPv4 lies at the start of IPv6.
    private static byte[] Mapped(params byte[] address) => [.. new byte[12], .. address];

    private static string Lookup(string db, string type, string address, ValueMap<string>? lookups = null)
    {
        using PipelineFixture fixture = Fixture(db, type, lookups);
        fixture.Send(address);
        return string.Join(' ', fixture.Collector.Entries[0].Metadata.Select(static pair => $"{pair.Key}={pair.Value}").Order(StringComparer.Ordinal));
    }

    private static PipelineFixture Fixture(string db, string type, ValueMap<string>? lookups) => new(
        new RegexStage.Arguments { Expression = Pattern.Parse("^(?P<ip>.*)$") },
        new GeoipStage.Arguments { Db = db, Source = "ip", DbType = type, CustomLookups = lookups },
        new StructuredMetadataStage.Arguments { Values = new([.. Fields.Select(static field => new KeyValuePair<string, string?>(field, null))]) });

    private static async Task<string> LoadErrorAsync(string path)
    {
        using var fixture = new PipelineFixture();
        var arguments = new LokiProcess.Arguments { ForwardTo = [], Stage = [new GeoipStage.Arguments { Db = path, Source = "ip", DbType = "city" }] };
        return (await Assert.ThrowsAsync<ComponentException>(() => fixture.Component.ApplyAsync(arguments, default).AsTask())).Message;
    }

    private void Try(byte[] bytes)
    {
        if (!MmdbFile.TryRead(bytes, out _, out _))
        {
            return;
        }
        using PipelineFixture fixture = Fixture(Save(bytes), "city", new([new("all", "@")]));
        fixture.Send("1.2.3.4", "255.255.255.255", "2001:db8::1");
        Assert.Equal(3, fixture.Collector.Lines.Count());
    }

    private string Save(byte[] bytes)
    {
        string path = Path.Combine(_folder, "test.mmdb");
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
