using Agent.Components.Local;
using Agent.Sdk;
using Agent.Testing;

namespace Agent.Components.Tests.Local;

public sealed class LocalFileTests : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("invar-local-").FullName;
    private readonly CancellationTokenSource _stop = new();
    private readonly TestComponentContext _context = new("local.file.test");
    private Task _run = Task.CompletedTask;

    private string FilePath => Path.Combine(_folder, "secret.txt");

    private string? Content => (_context.LastExports as LocalFile.Exports)?.Content.Value;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run;
        _stop.Dispose();
        _context.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task The_content_is_exported_and_follows_the_file()
    {
        File.WriteAllText(FilePath, "one\n");
        await StartAsync(new LocalFile.Arguments { Filename = FilePath, IsSecret = true });
        Assert.Equal(new LocalFile.Exports(new OptionalSecret("one\n", IsSecret: true)), _context.LastExports);

        File.WriteAllText(FilePath, "second");
        await Eventually.TrueAsync(() => Content == "second");
        File.WriteAllText(FilePath + ".new", "third");
        File.Move(FilePath + ".new", FilePath, overwrite: true);
        await Eventually.TrueAsync(() => Content == "third");
    }

    [Fact]
    public async Task A_mounted_secret_is_followed_when_its_links_are_swapped()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "v1"));
        Directory.CreateDirectory(Path.Combine(_folder, "v2"));
        File.WriteAllText(Path.Combine(_folder, "v1", "secret.txt"), "old");
        File.WriteAllText(Path.Combine(_folder, "v2", "secret.txt"), "new");
        Directory.CreateSymbolicLink(Path.Combine(_folder, "..data"), "v1");
        File.CreateSymbolicLink(FilePath, Path.Combine("..data", "secret.txt"));
        await StartAsync(new LocalFile.Arguments { Filename = FilePath });
        Assert.Equal("old", Content);

        Directory.CreateSymbolicLink(Path.Combine(_folder, "..data_tmp"), "v2");
        Assert.Equal(0, Rename(Path.Combine(_folder, "..data_tmp"), Path.Combine(_folder, "..data")));

        await Eventually.TrueAsync(() => Content == "new");
    }

    [Fact]
    public async Task A_file_that_goes_makes_the_component_unhealthy_until_it_is_back()
    {
        File.WriteAllText(FilePath, "one");
        await StartAsync(new LocalFile.Arguments { Filename = FilePath });

        File.Delete(FilePath);
        await Eventually.TrueAsync(() => _context.Health == HealthState.Unhealthy);
        Assert.Equal("one", Content);
        File.WriteAllText(FilePath, "two");

        await Eventually.TrueAsync(() => _context.Health == HealthState.Healthy && Content == "two");
    }

    [Fact]
    public async Task A_missing_file_is_an_error_of_circumstances()
    {
        ComponentException error = await Assert.ThrowsAsync<ComponentException>(
            () => StartAsync(new LocalFile.Arguments { Filename = FilePath }));

        Assert.Contains("no such file", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_poller_reads_the_file_again_after_the_period()
    {
        var time = new FakeTimeProvider();
        using var context = new TestComponentContext("local.file.poll", time);
        File.WriteAllText(FilePath, "one");
        var component = new LocalFile(context);
        await component.ApplyAsync(
            new LocalFile.Arguments { Filename = FilePath, Detector = FileChangeDetector.Poll, PollFrequency = TimeSpan.FromSeconds(30) }, CancellationToken.None);
        using var stop = new CancellationTokenSource();
        Task run = component.RunAsync(stop.Token);
        await Eventually.TrueAsync(() => time.ArmedTimers == 1 && context.Health == HealthState.Healthy);

        File.WriteAllText(FilePath, "two");
        time.Advance(TimeSpan.FromSeconds(30));
        await Eventually.TrueAsync(() => ((LocalFile.Exports)context.LastExports!).Content.Value == "two");

        await stop.CancelAsync();
        await run;
    }

    [System.Runtime.InteropServices.DllImport("libc", EntryPoint = "rename", CharSet = System.Runtime.InteropServices.CharSet.Ansi, BestFitMapping = false)]
    private static extern int Rename(string from, string to);

    private async Task StartAsync(LocalFile.Arguments arguments)
    {
        var component = new LocalFile(_context);
        await component.ApplyAsync(arguments, CancellationToken.None);
        _run = component.RunAsync(_stop.Token);
    }
}
