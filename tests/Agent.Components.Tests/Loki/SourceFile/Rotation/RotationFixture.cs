using System.IO.Compression;
using Agent.Components.Loki.SourceFile;
using Agent.Telemetry.Logs;
using Agent.Testing;

namespace Agent.Components.Tests.Loki.SourceFile.Rotation;

/// <summary>A log file that is written and rotated, and an agent that comes and goes.</summary>
internal sealed class RotationFixture : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("invar-rotation-").FullName;
    private int _rotations;

    private readonly FakeTimeProvider _time = new();

    public RotationFixture() => Context = new TestComponentContext("loki.source.file.test", _time);

    public TestComponentContext Context { get; }

    public LogCollector Collected { get; } = new();

    public string Live => PathOf("0.log");

    public string PathOf(string name) => Path.Combine(_folder, name);

    public void Write(params string[] lines) => WriteTo("0.log", lines);

    // Times of change are compared with the agent's clock.
    public void WriteTo(string name, params string[] lines)
    {
        File.AppendAllText(PathOf(name), string.Concat(lines.Select(static line => line + "\n")));
        SetAge(name, TimeSpan.Zero);
    }

    /// <summary>Renames the file as kubelet does.</summary>
    public string Rotate()
    {
        string rotated = $"0.log.20260102-{150405 + _rotations++}";
        File.Move(Live, PathOf(rotated));
        return rotated;
    }

    /// <summary>Compresses a rotated file as kubelet does: into a temporary file, which then gets its name.</summary>
    public string Compress(string name)
    {
        using (var gzip = new GZipStream(File.Create(PathOf(name + ".tmp")), CompressionLevel.Fastest))
        {
            gzip.Write(File.ReadAllBytes(PathOf(name)));
        }
        File.Move(PathOf(name + ".tmp"), PathOf(name + ".gz"));
        SetAge(name + ".gz", TimeSpan.Zero);
        File.Delete(PathOf(name));
        return name + ".gz";
    }

    public void Delete(string name) => File.Delete(PathOf(name));

    public void SetAge(string name, TimeSpan age) =>
        File.SetLastWriteTimeUtc(PathOf(name), (_time.GetUtcNow() - age).UtcDateTime);

    public TailHarness Start(TailOptions? options = null, ILogConsumer? consumer = null) => new(Live, options, consumer ?? Collected, Context);

    /// <summary>An agent that reads all there is and stops.</summary>
    public void RunOnce(TailOptions? options = null, ILogConsumer? consumer = null)
    {
        using TailHarness tail = Start(options, consumer);
        tail.Run();
        tail.Stop();
    }

    public void Expect(params string[] lines) => Assert.Equal(lines, Collected.Lines);

    public void Dispose()
    {
        Context.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
