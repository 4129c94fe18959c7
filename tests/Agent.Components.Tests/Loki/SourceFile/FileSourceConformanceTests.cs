using System.Text;
using System.Text.Json;
using Agent.Components.Loki.SourceFile;
using Agent.Testing;

namespace Agent.Components.Tests.Loki.SourceFile;

public sealed class FileSourceConformanceTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("invar-golden-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [ConformanceFact]
    public void Files_in_every_encoding_and_compression_read_as_recorded()
    {
        var set = new ConformanceSet("file_source");
        using JsonDocument index = Conformance.Load("file_source/index.json");
        foreach (JsonElement golden in index.RootElement.GetProperty("cases").EnumerateArray())
        {
            set.Case(golden.GetProperty("id").GetString()!, () => Check(golden));
        }
        set.Finish();
    }

    private static string? Text(JsonElement golden, string name) =>
        golden.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static List<string> Strings(JsonElement golden, string name) =>
        golden.TryGetProperty(name, out JsonElement value) ? [.. value.EnumerateArray().Select(static item => item.GetString()!)] : [];

    private static string? Compare(List<string> expected, List<string> actual)
    {
        for (int i = 0; i < expected.Count; i++)
        {
            if (i >= actual.Count || actual[i] != expected[i])
            {
                return $"line {i}: expected {expected[i]}, got {(i < actual.Count ? actual[i] : "nothing")}";
            }
        }
        return null;
    }

    private string? Check(JsonElement golden)
    {
        byte[] content = File.ReadAllBytes(Conformance.PathOf("file_source/" + Text(golden, "file"))!);
        Assert.True(FileEncodings.TryGet(Text(golden, "encoding") ?? "", out Encoding? encoding));
        var options = new TailOptions
        {
            Encoding = encoding,
            Compression = Text(golden, "decompression") switch
            {
                "gz" => CompressionFormat.Gz,
                "z" => CompressionFormat.Z,
                "bz2" => CompressionFormat.Bz2,
                null or "" => null,
                string other => throw new InvalidDataException(other),
            },
        };
        if (golden.TryGetProperty("lines_with_offset_after", out JsonElement offsets))
        {
            return CheckOffsets(content, options, offsets);
        }
        (List<string> lines, _) = Read(content, options);
        List<string> parts = Strings(golden, "one_line_containing");
        if (parts.Count > 0)
        {
            return lines.Count == 1 && parts.TrueForAll(part => lines[0].Contains(part, StringComparison.Ordinal)) ? null : $"got {lines.Count} lines";
        }
        List<string> all = Strings(golden, "all_lines_decoded");
        return Compare(Strings(golden, "first_lines"), lines) ?? Compare(all, lines)
            ?? (all.Count > 0 && lines.Count != all.Count ? $"expected {all.Count} lines, got {lines.Count}" : null);
    }

    // The position is seen between lines when the file holds no more than them.
    private string? CheckOffsets(byte[] content, TailOptions options, JsonElement expected)
    {
        foreach (JsonElement pair in expected.EnumerateArray())
        {
            int end = pair[1].GetInt32();
            (List<string> lines, long offset) = Read(content[..end], options);
            if (lines[^1] != pair[0].GetString() || offset != end)
            {
                return $"expected {pair[0]} at {end}, got {lines[^1]} at {offset}";
            }
        }
        return null;
    }

    // A deleted file gives its last line even where that has no newline.
    private (List<string> Lines, long Offset) Read(byte[] content, TailOptions options)
    {
        string path = Path.Combine(_folder, "golden");
        File.WriteAllBytes(path, content);
        using var tail = new TailHarness(path, options);
        tail.Run();
        long offset = tail.Tail.State.DeliveredOffset;
        File.Delete(path);
        tail.Tail.IsRetiring = true;
        tail.Run();
        return ([.. tail.Collected.Lines], offset);
    }
}
