namespace Agent.Components.Loki.SourceFile;

/// <summary>How far the delivery of all files of one tail is behind them.</summary>
internal sealed class TailLag
{
    private volatile FileLag[] _files = [];

    /// <summary>Begins to count a file; those that are done with are left out from then on.</summary>
    public void Add(FileLag file) => _files = [.. _files.Where(static lag => !lag.IsOver), file];

    /// <summary>Bytes that are not delivered, and since when the oldest of them are there, as a timestamp of the clock.</summary>
    public (long Bytes, long? Since) Get()
    {
        long bytes = 0;
        long? since = null;
        foreach (FileLag file in _files)
        {
            (long ofFile, long? sinceOfFile) = file.Get();
            bytes += ofFile;
            since = since is null || sinceOfFile < since ? sinceOfFile ?? since : since;
        }
        return (bytes, since);
    }
}
