using System.Text;
using System.Text.Json;
using Agent.Kubernetes.Json;
using Agent.Testing;

namespace Agent.Kubernetes.Tests.Json;

public sealed class JsonFramesTests
{
    private const int NoLimit = 8 * 1024 * 1024;

    [ConformanceFact]
    public async Task However_the_stream_is_split_the_frames_are_the_same()
    {
        byte[] list = Capture("pods_list.json");
        byte[] watch = Capture("pods_watch.ndjson");
        using var parsed = JsonDocument.Parse(list);
        string[] items = [.. parsed.RootElement.GetProperty("items").EnumerateArray().Select(static item => item.GetRawText())];
        string[] events = Encoding.UTF8.GetString(watch).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var random = new Random(1);
        foreach (Func<int> size in (Func<int>[])[() => 1, () => 7, () => random.Next(1, 5000), () => int.MaxValue])
        {
            List<string> listed = await FramesAsync(list, FrameShape.ListParts, size);
            Assert.Equal(parsed.RootElement.GetProperty("metadata").GetRawText(), listed[0]);
            Assert.Equal(items, listed.Skip(1));
            Assert.Equal(events, await FramesAsync(watch, FrameShape.Documents, size));
        }
    }

    [Fact]
    public async Task Braces_quotes_and_names_within_strings_are_no_structure()
    {
        const string Item = """{"metadata":{"name":"a","annotations":{"items":"[{\"items\":[{}]}]\\","x":"}}\\\""}}}""";
        const string List = $$"""{"kind":"items","items2":[{"no":1}],"metadata":{"resourceVersion":"5"},"items":[{{Item}},null,"text{",3,[{"no":1}],{}]}""";

        List<string> frames = await FramesAsync(Encoding.UTF8.GetBytes(List), FrameShape.ListParts, static () => 3);

        Assert.Equal(["""{"resourceVersion":"5"}""", Item, "{}"], frames);
    }

    [Fact]
    public async Task An_object_over_the_limit_is_passed_over_and_the_next_is_whole()
    {
        string large = $$"""{"x":"{{new string('a', 300_000)}}"}""";
        byte[] text = Encoding.UTF8.GetBytes("""{"a":1}""" + "\n" + large + "\n" + """{"b":2}""");
        using var frames = new JsonFrames(new PiecewiseStream(text, static () => 10_000), FrameShape.Documents, 1000);
        var seen = new List<(string Text, long Size)>();
        while (await frames.ReadAsync(default))
        {
            seen.Add((Encoding.UTF8.GetString(frames.Frame), frames.FrameSize));
        }

        Assert.Equal([("""{"a":1}""", 7L), ("", large.Length), ("""{"b":2}""", 7L)], seen);
        Assert.Equal(text.Length, frames.BytesRead);
    }

    [Fact]
    public async Task A_large_object_under_the_limit_is_kept_whole()
    {
        string large = $$"""{"x":"{{new string('a', 3_000_000)}}"}""";
        List<string> frames = await FramesAsync(Encoding.UTF8.GetBytes(large + large + "{}"), FrameShape.Documents, static () => 100_000);
        Assert.Equal([large, large, "{}"], frames);
    }

    [Theory]
    [InlineData("""{"type":"ADDED","obj""", FrameShape.Documents)]
    [InlineData("""{"a":1}{""", FrameShape.Documents)]
    [InlineData("""{"metadata":{"resourceVersion":"1"},"items":[{"a":1},""", FrameShape.ListParts)]
    [InlineData("""{"metadata":{"resourceVersion":"1"},"items":[{"a":"\" """, FrameShape.ListParts)]
    [InlineData("", FrameShape.ListParts)]
    internal async Task A_stream_that_ends_within_an_object_is_broken(string text, FrameShape shape) =>
        await Assert.ThrowsAsync<EndOfStreamException>(() => FramesAsync(Encoding.UTF8.GetBytes(text), shape, static () => 5));

    [Theory]
    [InlineData("<!doctype html>", FrameShape.Documents)]
    [InlineData("<html>", FrameShape.ListParts)]
    [InlineData("""{"a":1} garbage""", FrameShape.Documents)]
    [InlineData("}", FrameShape.Documents)]
    internal async Task What_is_no_JSON_is_named(string text, FrameShape shape)
    {
        JsonException wrong = await Assert.ThrowsAsync<JsonException>(() => FramesAsync(Encoding.UTF8.GetBytes(text), shape, static () => 5));
        Assert.Contains("no JSON object", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Random_text_ends_or_is_refused_and_nothing_else()
    {
        var random = new Random(7);
        const string Alphabet = "{}[]\",:\\ aitems\n";
        for (int round = 0; round < 2000; round++)
        {
            byte[] text = [.. Enumerable.Range(0, random.Next(40)).Select(_ => (byte)Alphabet[random.Next(Alphabet.Length)])];
            foreach (FrameShape shape in (FrameShape[])[FrameShape.Documents, FrameShape.ListParts])
            {
                string whole = await OutcomeAsync(text, shape, static () => int.MaxValue);
                Assert.Equal(whole, await OutcomeAsync(text, shape, () => random.Next(1, 4)));
            }
        }
    }

    [ConformanceFact]
    public async Task Cutting_events_out_of_a_stream_allocates_nothing()
    {
        byte[] events = [.. Enumerable.Repeat(Capture("pods_watch.ndjson"), 50).SelectMany(static text => text)];
        long least = long.MaxValue;
        for (int round = 0; round < 5; round++)
        {
            using var frames = new JsonFrames(new PiecewiseStream(events, static () => 3000), FrameShape.Documents, NoLimit);
            await frames.ReadAsync(default);
            long before = GC.GetAllocatedBytesForCurrentThread();
            int count = 1;
            // The stream is in memory, so that every read is done at once and all of this is one thread's.
            while (await frames.ReadAsync(default))
            {
                count++;
            }
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
            Assert.Equal(300, count);
        }
        Assert.True(least < 1000, $"{least} bytes for 300 events");
    }

    private static async Task<string> OutcomeAsync(byte[] text, FrameShape shape, Func<int> size)
    {
        try
        {
            return string.Join('|', await FramesAsync(text, shape, size));
        }
        catch (Exception refused) when (refused is JsonException or EndOfStreamException)
        {
            return refused.GetType().Name;
        }
    }

    private static byte[] Capture(string name) => File.ReadAllBytes(Conformance.PathOf("kubernetes/" + name)!);

    private static async Task<List<string>> FramesAsync(byte[] text, FrameShape shape, Func<int> pieceSize)
    {
        using var frames = new JsonFrames(new PiecewiseStream(text, pieceSize), shape, NoLimit);
        var seen = new List<string>();
        while (await frames.ReadAsync(default))
        {
            seen.Add(Encoding.UTF8.GetString(frames.Frame));
        }
        return seen;
    }
}
