using System.Collections.Concurrent;

namespace Agent.Components.Prometheus.Scrape;

/// <summary>As many workspaces as answers may be read at once; who comes when all are taken waits.</summary>
internal sealed class WorkspacePool(int count) : IDisposable
{
    private readonly SemaphoreSlim _free = new(count);
    private readonly ConcurrentBag<ScrapeWorkspace> _kept = [];

    public async ValueTask<ScrapeWorkspace> RentAsync(CancellationToken stop)
    {
        await _free.WaitAsync(stop);
        return _kept.TryTake(out ScrapeWorkspace? workspace) ? workspace : new ScrapeWorkspace();
    }

    public void Return(ScrapeWorkspace workspace)
    {
        workspace.Clear();
        _kept.Add(workspace);
        _free.Release();
    }

    public void Dispose()
    {
        while (_kept.TryTake(out ScrapeWorkspace? workspace))
        {
            workspace.Dispose();
        }
        _free.Dispose();
    }
}
