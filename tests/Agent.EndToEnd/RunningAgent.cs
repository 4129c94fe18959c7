using System.Collections.Immutable;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Agent.Testing;

namespace Agent.EndToEnd;

/// <summary>The native binary running a configuration, with a storage folder of its own that goes with it.</summary>
internal sealed partial class RunningAgent : IAsyncDisposable
{
    private const int TerminateSignal = 15;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private readonly Process _process;
    private readonly DirectoryInfo _storage;
    private readonly HttpClient _client = new();
    private ImmutableList<string> _lines = [];
    private volatile TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private RunningAgent(string configuration, Action<IDictionary<string, string?>>? environment)
    {
        _storage = Directory.CreateTempSubdirectory("invar-");
        Address = new Uri($"http://127.0.0.1:{FreePort.Next()}");
        var start = new ProcessStartInfo(
            NativeBinary.Location!,
            ["run", configuration, $"--storage.path={_storage.FullName}", $"--server.http.listen-addr={Address.Authority}"])
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        environment?.Invoke(start.Environment);
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Take(line.Data);
        _process.ErrorDataReceived += (_, line) => Take(line.Data);
    }

    /// <summary>Where the agent serves HTTP.</summary>
    public Uri Address { get; }

    /// <summary>What the agent has written so far, on either output.</summary>
    public IReadOnlyList<string> Lines => Volatile.Read(ref _lines);

    /// <summary>Starts the program and waits until it is ready.</summary>
    /// <param name="configuration">A path, absolute or relative to the root of the checkout.</param>
    /// <param name="environment">Changes the environment, which is otherwise that of the test.</param>
    public static async Task<RunningAgent> StartAsync(string configuration, Action<IDictionary<string, string?>>? environment = null)
    {
        var agent = new RunningAgent(configuration, environment);
        try
        {
            agent._process.Start();
            agent._process.BeginOutputReadLine();
            agent._process.BeginErrorReadLine();
            await agent.BecomeReadyAsync();
            return agent;
        }
        catch
        {
            await agent.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until the agent has written a line that holds every one of <paramref name="texts"/>.</summary>
    public async Task<string> LineAsync(params string[] texts)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            Task news = _news.Task;
            string? found = Lines.FirstOrDefault(line => texts.All(text => line.Contains(text, StringComparison.Ordinal)));
            if (found is not null)
            {
                return found;
            }
            try
            {
                await news.WaitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                throw Failure($"no line holds {string.Join(" and ", texts)}");
            }
        }
    }

    /// <summary>Asks the agent to stop, as Kubernetes does; its exit code.</summary>
    public async Task<int> StopAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        _ = Kill(_process.Id, TerminateSignal);
        await _process.WaitForExitAsync(patience.Token);
        return _process.ExitCode;
    }

    public ValueTask DisposeAsync()
    {
        if (IsRunning())
        {
            _process.Kill();
            _process.WaitForExit();
        }
        _process.Dispose();
        _client.Dispose();
        _storage.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    private async Task BecomeReadyAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        var ready = new Uri(Address, "/-/ready");
        while (!_process.HasExited)
        {
            try
            {
                using HttpResponseMessage answer = await _client.GetAsync(ready, patience.Token);
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }
            catch (OperationCanceledException)
            {
                throw Failure("the agent did not become ready");
            }
            await Task.Delay(Pause, TimeProvider.System, CancellationToken.None);
        }
        await _process.WaitForExitAsync(patience.Token);
        throw Failure($"the agent ended with exit code {_process.ExitCode} before it was ready");
    }

    private bool IsRunning()
    {
        try
        {
            return !_process.HasExited;
        }
        catch (InvalidOperationException)
        {
            // Never started.
            return false;
        }
    }

    private void Take(string? line)
    {
        if (line is not null)
        {
            ImmutableInterlocked.Update(ref _lines, static (lines, added) => lines.Add(added), line);
            Interlocked.Exchange(ref _news, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
        }
    }

    private InvalidOperationException Failure(string what) =>
        new($"{what}; it wrote:\n{string.Join('\n', Lines.TakeLast(100))}");

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
