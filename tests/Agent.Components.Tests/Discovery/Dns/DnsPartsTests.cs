using Agent.Components.Discovery.Dns;

namespace Agent.Components.Tests.Discovery.Dns;

public sealed class DnsPartsTests
{
    private static readonly DnsQuestion Question = new("example.org", DnsType.NS);

    [Fact]
    public void The_settings_of_the_system_are_read()
    {
        ResolverSettings settings = ResolverSettings.Parse(
            ["# comment", "nameserver 10.0.0.10", "nameserver\t::1", "nameserver what", "domain x", "search a.b c", "options ndots:5 timeout:99 attempts:3 rotate"]);

        Assert.Equal("10.0.0.10:53 [::1]:53", string.Join(" ", settings.Servers));
        Assert.Equal("a.b c", string.Join(" ", settings.Search));
        Assert.Equal((5, TimeSpan.FromSeconds(30), 3), (settings.Dots, settings.Timeout, settings.Attempts));
        Assert.Equal("127.0.0.1:53", Assert.Single(ResolverSettings.Parse([]).Servers).ToString());
    }

    [Theory]
    [InlineData("db", "db.a. db.b. db.")]
    [InlineData("x.y", "x.y. x.y.a. x.y.b.")]
    [InlineData("x.y.", "x.y.")]
    public void Names_with_enough_dots_are_first_looked_up_as_they_are(string name, string expected) =>
        Assert.Equal(expected, string.Join(' ', new ResolverSettings { Search = ["a", "b."], Dots = 1 }.NamesOf(name)));

    [Fact]
    public void Empty_parts_make_no_name_save_the_root()
    {
        Assert.Equal([0], new DnsQuestion(".", DnsType.NS).Name.ToArray());
        Assert.Throws<InvalidDataException>(static () => new DnsQuestion("a..b", DnsType.A));
    }

    [Fact]
    public void Names_that_are_too_long_are_refused()
    {
        Assert.Throws<InvalidDataException>(static () => new DnsQuestion(new string('a', 64), DnsType.A));
        Assert.Throws<InvalidDataException>(static () => new DnsQuestion(string.Join('.', Enumerable.Repeat(new string('a', 60), 5)), DnsType.A));
    }

    [Fact]
    public void Answers_to_other_questions_are_overlooked()
    {
        byte[] good = Answer(FakeDns.Record(2, FakeDns.Name("n")));
        Assert.Equal("n.", Assert.Single(Read(good)!.Records).Host);

        Assert.Null(DnsReader.Read(good, 8, Question));
        Assert.Null(DnsReader.Read(good, 7, new DnsQuestion("example.com", DnsType.NS)));
        Assert.Null(DnsReader.Read(good, 7, new DnsQuestion("example.org", DnsType.MX)));
        Assert.NotNull(DnsReader.Read(good, 7, new DnsQuestion("EXAMPLE.org", DnsType.NS)));
        Assert.Null(DnsReader.Read(good.AsSpan(0, 5), 7, Question));
        byte[] query = Question.Write(7, isExtended: true);
        Assert.Null(DnsReader.Read(query, 7, Question));
    }

    [Theory]
    [InlineData(new byte[] { 0xC0, 0xFF })]
    [InlineData(new byte[] { 0xC0, 0x29 })]
    [InlineData(new byte[] { 0x3F, 1 })]
    [InlineData(new byte[] { 0x80, 1 })]
    [InlineData(new byte[] { 1 })]
    [InlineData(new byte[] { 1, 65, 0, 0 })]
    public void Names_that_point_forward_or_end_too_soon_or_late_are_refused(byte[] name) =>
        Assert.Throws<InvalidDataException>(() => Read(Answer(FakeDns.Record(2, name))));

    [Fact]
    public void Damaged_answers_give_an_error_and_nothing_worse()
    {
        byte[] good = Answer(FakeDns.Record(2, [2, 65, 66, 0xC0, 12]), FakeDns.Record(2, FakeDns.Name("x.y")), FakeDns.Record(1, 1, 2, 3, 4));
        for (int length = 0; length < good.Length; length++)
        {
            Attempt(good[..length]);
        }
        for (int at = 0; at < good.Length; at++)
        {
            foreach (byte value in (byte[])[0, 1, 63, 64, 0x80, 0xC0, 0xFF])
            {
                byte[] bad = [.. good];
                bad[at] = value;
                Attempt(bad);
            }
        }
    }

    [Fact]
    public void Letters_that_could_be_mistaken_get_a_backslash() =>
        Assert.Equal(
            "a\\.b\\ \\255.", Assert.Single(Read(Answer(FakeDns.Record(2, 5, (byte)'a', (byte)'.', (byte)'b', (byte)' ', 255, 0)))!.Records).Host);

    private static void Attempt(byte[] message)
    {
        try
        {
            Read(message);
        }
        catch (InvalidDataException)
        {
            // As it should be.
        }
    }

    private static DnsAnswer? Read(byte[] message) => DnsReader.Read(message, 7, Question);

    private static byte[] Answer(params byte[][] records)
    {
        byte[] query = Question.Write(7, isExtended: false);
        return new FakeQuestion("example.org.", 2, false, false, query).Answer(0, records);
    }
}
