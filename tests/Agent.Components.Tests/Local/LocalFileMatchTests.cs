using Agent.Components.Local;
using Agent.Telemetry;
using Agent.Testing;

namespace Agent.Components.Tests.Local;

public sealed class LocalFileMatchTests : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("invar-match-").FullName;
    private readonly CancellationTokenSource _stop = new();
    private readonly TestComponentContext _context = new("local.file_match.test");
    private Task _run = Task.CompletedTask;

    private string Found => string.Join(" ", ((LocalFileMatch.Exports)_context.LastExports!).Targets
        .Select(target => Path.GetRelativePath(_folder, target["__path__"])));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run;
        _stop.Dispose();
        _context.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Files_are_found_with_the_labels_of_their_target_and_without_the_excluded()
    {
        Make("a.log");
        Make("b.log");
        Make("b.txt");
        Make("private/c.log");

        await StartAsync(Match("**/*.log", "{b.log,private/*}"));

        var target = Assert.Single(((LocalFileMatch.Exports)_context.LastExports!).Targets);
        Assert.Equal(Path.Combine(_folder, "a.log"), target["__path__"]);
        Assert.Equal("x", target["job"]);
    }

    [Fact]
    public async Task New_files_in_new_folders_are_found_without_waiting_for_the_period()
    {
        await StartAsync(Match("*/*/*.log") with { SyncPeriod = TimeSpan.FromHours(1) });
        Assert.Equal("", Found);

        Make("ns/pod/0.log");
        await Eventually.TrueAsync(() => Found == "ns/pod/0.log");
        Make("ns/pod/1.log");
        await Eventually.TrueAsync(() => Found == "ns/pod/0.log ns/pod/1.log");
        File.Delete(Path.Combine(_folder, "ns/pod/0.log"));
        await Eventually.TrueAsync(() => Found == "ns/pod/1.log");
    }

    [Fact]
    public async Task Old_files_are_left_out_where_wished()
    {
        Make("new.log");
        Make("old.log");
        File.SetLastWriteTimeUtc(Path.Combine(_folder, "old.log"), new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));

        await StartAsync(Match("*.log") with { IgnoreOlderThan = TimeSpan.FromHours(1) });

        Assert.Equal("new.log", Found);
    }

    [Fact]
    public async Task A_bad_pattern_leaves_the_others_working()
    {
        Make("a.log");
        LocalFileMatch.Arguments good = Match("*.log");

        await StartAsync(good with { PathTargets = [new Target(LabelSet.Empty.With("__path__", "/x/[")), good.PathTargets[0]] });

        Assert.Equal("a.log", Found);
    }

    private LocalFileMatch.Arguments Match(string pattern, string exclude = "")
    {
        LabelSet labels = LabelSet.Empty.With("job", "x").With("__path__", Path.Combine(_folder, pattern))
            .With("__path_exclude__", exclude.Length == 0 ? "" : Path.Combine(_folder, exclude));
        return new LocalFileMatch.Arguments { PathTargets = [new Target(labels)] };
    }

    private void Make(string path)
    {
        string full = Path.Combine(_folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, "");
    }

    private async Task StartAsync(LocalFileMatch.Arguments arguments)
    {
        var component = new LocalFileMatch(_context);
        await component.ApplyAsync(arguments, CancellationToken.None);
        _run = component.RunAsync(_stop.Token);
    }
}
