namespace Agent.Runtime.Configuration;

/// <summary>Notices that a configuration on disk has changed, whether a file was written, replaced, or a ConfigMap's links were turned.</summary>
/// <remarks>
/// Reads and hashes the few kilobytes every two seconds. A watch on files would miss turned links further up the path, and the
/// framework's watcher alone costs more memory than the rest of an idle agent.
/// </remarks>
public sealed class ConfigurationWatcher(string path, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <summary>Calls <paramref name="changed"/> for every change until <paramref name="stop"/>. A change is taken once the content held still for one interval.</summary>
    public async Task RunAsync(Func<Task> changed, CancellationToken stop)
    {
        string served = Fingerprint();
        string last = served;
        while (!stop.IsCancellationRequested)
        {
            await Task.Delay(Interval, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            string now = Fingerprint();
            // Half-written files settle within one interval; a file that is gone for the moment is no change.
            if (!stop.IsCancellationRequested && now.Length > 0 && now == last && now != served)
            {
                served = now;
                await changed().ConfigureAwait(false);
            }
            last = now;
        }
    }

    /// <summary>Empty where the configuration cannot be read now.</summary>
    private string Fingerprint()
    {
        try
        {
            var hash = new Sha256();
            IEnumerable<string> files = Directory.Exists(path)
                ? Directory.EnumerateFiles(path, "*.alloy").Order(StringComparer.Ordinal)
                : [path];
            foreach (string file in files)
            {
                hash.Append(System.Text.Encoding.UTF8.GetBytes(file));
                hash.Append(File.ReadAllBytes(file));
            }
            return hash.Finish();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
