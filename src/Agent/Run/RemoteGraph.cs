using Agent.Runtime;
using Agent.Runtime.Configuration;
using Agent.Sdk.RemoteConfiguration;

namespace Agent.Run;

/// <summary>The second controller: made when a remote configuration comes, and empty but there once it has gone.</summary>
internal sealed class RemoteGraph : IRemoteGraph, IAsyncDisposable
{
    /// <summary>In front of the ids of what runs there, and the place that its diagnostics name.</summary>
    public const string Name = "remotecfg";

    private readonly SemaphoreSlim _gate = new(1, 1);
    private Func<AgentRuntime>? _create;
    private AgentRuntime? _runtime;
    private string _path = "";
    private bool _isDisposed;

    /// <summary>Null before the first remote configuration.</summary>
    public AgentRuntime? Runtime => Volatile.Read(ref _runtime);

    /// <param name="create">Makes the controller.</param>
    /// <param name="path">The configuration of the command line, beside whose files the remote one finds its own.</param>
    public void Prepare(Func<AgentRuntime> create, string path) => (_create, _path) = (create, path);

    public async Task<string?> LoadAsync(string text)
    {
        await _gate.WaitAsync().ConfigureAwait(false);
        try
        {
            if (_isDisposed || _create is null)
            {
                return "the agent is stopping";
            }
            AgentRuntime runtime = _runtime ?? _create();
            Volatile.Write(ref _runtime, runtime);
            LoadResult result = await runtime.LoadAsync(diagnostics => ConfigurationSource.Parse(Name, text, _path, diagnostics)).ConfigureAwait(false);
            return result.Success ? null : result.ErrorText;
        }
        finally
        {
            _gate.Release();
        }
    }

    public async Task UnloadAsync()
    {
        if (Runtime is not null)
        {
            await LoadAsync("").ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _gate.WaitAsync().ConfigureAwait(false);
        try
        {
            if (!_isDisposed && _runtime is not null)
            {
                await _runtime.DisposeAsync().ConfigureAwait(false);
            }
            _isDisposed = true;
        }
        finally
        {
            _gate.Release();
        }
    }
}
