using Agent.Components.Loki.PodTails;
using Agent.Components.Loki.Positions;
using Agent.Components.Loki.SourceDocker;
using Agent.Components.Loki.SourceKubernetesEvents;
using Agent.Sdk;
using Agent.Testing;

namespace Agent.Components.Tests.Loki.Positions;

public sealed class PositionFileTests : IDisposable
{
    private readonly TestComponentContext _context = new();

    private string Path => System.IO.Path.Combine(_context.StoragePath, "positions");

    public void Dispose() => _context.Dispose();

    [Fact]
    public void A_container_of_a_pod_comes_back_with_the_lines_that_are_known()
    {
        var position = new PodPosition(3, 1_000_000_017, 5, [new KnownLine(999_999_999, 0xFEDCBA9876543210), new KnownLine(1_000_000_017, 1)]);
        PositionFile<PodPosition> positions = PositionFile<PodPosition>.Open(_context, new PodPositionFormat());
        positions.Set("shop/cart:a b", position);
        positions.Set("shop/none:x", PodPosition.None);
        positions.Save();

        PositionFile<PodPosition> again = PositionFile<PodPosition>.Open(_context, new PodPositionFormat());

        Assert.Equal(position, again.Find("shop/cart:a b"));
        Assert.Null(again.Find("shop/none:x"));
        Assert.Equal(0, again.Damaged);
    }

    [Fact]
    public void Namespaces_of_events_come_back_and_all_of_them_have_a_name()
    {
        PositionFile<EventPosition> positions = PositionFile<EventPosition>.Open(_context, new EventPositionFormat());
        positions.Set("", new EventPosition(17, 5));
        positions.Set("shop", new EventPosition(0, -1));
        positions.Save();

        PositionFile<EventPosition> again = PositionFile<EventPosition>.Open(_context, new EventPositionFormat());

        Assert.Equal(["invar event positions 1", "* 17 5", "shop 0 -1"], File.ReadAllLines(Path));
        Assert.Equal((new EventPosition(17, 5), new EventPosition(0, -1)), (again.Find(""), again.Find("shop")));
    }

    [Theory]
    [InlineData("invar event positions 1\n* 17\nshop 1 x\nshop 2 3\n", 2)]
    [InlineData("something else\nshop 2 3\n", 1)]
    [InlineData("", 1)]
    [InlineData("\0\0\0", 1)]
    public void What_is_damaged_is_counted_and_the_rest_is_kept(string content, int damaged)
    {
        Directory.CreateDirectory(_context.StoragePath);
        File.WriteAllText(Path, content);

        PositionFile<EventPosition> positions = PositionFile<EventPosition>.Open(_context, new EventPositionFormat());

        Assert.Equal(damaged, positions.Damaged);
        Assert.Equal(content.Contains("shop 2 3", StringComparison.Ordinal) ? new EventPosition(2, 3) : default, positions.Find("shop"));
    }

    [Fact]
    public void Nothing_is_written_while_nothing_changes()
    {
        PositionFile<EventPosition> positions = PositionFile<EventPosition>.Open(_context, new EventPositionFormat());
        positions.Set("shop", new EventPosition(1, 2));
        positions.Save();
        File.Delete(Path);

        positions.Set("shop", new EventPosition(1, 2));
        positions.Save();
        Assert.False(File.Exists(Path));

        positions.Set("shop", new EventPosition(2, 3));
        positions.Save();
        Assert.True(File.Exists(Path));
    }

    [Fact]
    public void A_file_that_cannot_be_written_is_tried_again()
    {
        PositionFile<EventPosition> positions = PositionFile<EventPosition>.Open(_context, new EventPositionFormat());
        positions.Set("shop", new EventPosition(1, 2));
        Directory.CreateDirectory(Path);
        positions.Save();
        Directory.Delete(Path);

        positions.Save();

        Assert.Equal(new EventPosition(1, 2), PositionFile<EventPosition>.Open(_context, new EventPositionFormat()).Find("shop"));
    }

    [Fact]
    public void A_file_that_cannot_be_read_ends_the_start()
    {
        Directory.CreateDirectory(_context.StoragePath);
        File.CreateSymbolicLink(Path, Path);

        Assert.StartsWith("cannot read positions: ",
            Assert.Throws<ComponentException>(() => PositionFile<EventPosition>.Open(_context, new EventPositionFormat())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_several_positions_that_another_agent_left_for_one_thing_the_earlier_counts()
    {
        Directory.CreateDirectory(_context.StoragePath);
        File.WriteAllText(System.IO.Path.Combine(_context.StoragePath, "positions.yml"), """
            positions:
              ? path: cursor-4f2a
                labels: '{a="1"}'
              : "1700000009"
              ? path: cursor-4f2a
                labels: '{a="2"}'
              : "1700000003"
              ? path: cursor-4f2b
                labels: ''
              : "never"
              ? path: /var/log/syslog
                labels: ''
              : "17"
            """);

        PositionFile<DockerPosition> positions = PositionFile<DockerPosition>.Open(_context, new DockerPositionFormat());

        Assert.Equal(1_700_000_003_000_000_000, positions.Find("4f2a").Output.Timestamp);
        Assert.Equal((default, default), (positions.Find("4f2b"), positions.Find("/var/log/syslog")));
    }
}
