using System.Globalization;
using System.Text.Json.Nodes;

namespace Agent.Testing.Kubernetes;

/// <summary>What a list request gets: a part of the objects as they were at one version.</summary>
internal sealed record FakePage(FakeCollection Collection, long Version, IReadOnlyList<string> Items, string? Continue, int Remaining);

/// <summary>The fake server's storage: collections under one counter of versions, as etcd has it.</summary>
internal sealed class FakeStore
{
    private readonly Dictionary<string, FakeCollection> _collections = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FakePage> _continues = new(StringComparer.Ordinal);
    private long _version = 1000;
    private long _tokens;
    private int _badTokens;

    public Lock Gate { get; } = new();

    public long Version => _version;

    /// <param name="path">Version and plural, such as <c>v1/pods</c> or <c>discovery.k8s.io/v1/endpointslices</c>.</param>
    public FakeCollection Collection(string path)
    {
        lock (Gate)
        {
            if (!_collections.TryGetValue(path, out FakeCollection? found))
            {
                int slash = path.LastIndexOf('/');
                found = new FakeCollection(path[..slash], path[(slash + 1)..]);
                _collections.Add(path, found);
            }
            return found;
        }
    }

    /// <summary>Adds or replaces; what the server sets (uid, version, creation time) is set where it is missing.</summary>
    public FakeObject Put(string path, JsonObject json, DateTimeOffset now)
    {
        lock (Gate)
        {
            FakeCollection collection = Collection(path);
            collection.Learn(json);
            JsonObject metadata = json["metadata"] as JsonObject ?? throw new ArgumentException("an object needs metadata");
            metadata["resourceVersion"] = (++_version).ToString(CultureInfo.InvariantCulture);
            metadata["uid"] ??= new Guid((int)_version, 0, 0, [1, 2, 3, 4, 5, 6, 7, 8]).ToString();
            metadata["creationTimestamp"] ??= now.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
            var item = new FakeObject(json, collection.Kind, collection.ApiVersion);
            FakeObject? before = collection.Objects.GetValueOrDefault(item.Key);
            collection.Objects[item.Key] = item;
            collection.Add(new FakeChange(_version, before, item));
            return item;
        }
    }

    /// <summary>Takes a captured list with the versions that it has.</summary>
    public void Load(string path, JsonObject list)
    {
        lock (Gate)
        {
            FakeCollection collection = Collection(path);
            foreach (JsonNode? node in list["items"]!.AsArray())
            {
                var item = new FakeObject((JsonObject)node!.DeepClone(), collection.Kind, collection.ApiVersion);
                collection.Objects[item.Key] = item;
            }
            _version = Math.Max(_version, long.Parse((string)list["metadata"]!["resourceVersion"]!, CultureInfo.InvariantCulture));
            collection.Forget(_version - 1);
        }
    }

    public FakeObject? Delete(string path, string key)
    {
        lock (Gate)
        {
            FakeCollection collection = Collection(path);
            if (!collection.Objects.Remove(key, out FakeObject? gone))
            {
                return null;
            }
            FakeObject last = gone.At((++_version).ToString(CultureInfo.InvariantCulture));
            collection.Add(new FakeChange(_version, last, null));
            return last;
        }
    }

    public void Say(string path, byte[]? raw)
    {
        lock (Gate)
        {
            // A bookmark is no change: it has the version that is there.
            Collection(path).Add(new FakeChange(_version, null, null, raw));
        }
    }

    public IReadOnlyList<string> Paths()
    {
        lock (Gate)
        {
            return [.. _collections.Keys];
        }
    }

    /// <summary>Null where the continue token is no longer good.</summary>
    public FakePage? List(string path, string? inNamespace, FakeSelector selector, (int Limit, string? Continue) part)
    {
        lock (Gate)
        {
            FakePage? whole;
            if (part.Continue is { Length: > 0 } token)
            {
                if (!_continues.TryGetValue(token, out whole))
                {
                    return null;
                }
            }
            else
            {
                FakeCollection collection = Collection(path);
                IEnumerable<string> items = collection.Objects.Values
                    .Where(item => (inNamespace is null || item.Namespace == inNamespace) && selector.Takes(item))
                    .Select(static item => item.Item);
                whole = new FakePage(collection, _version, [.. items, .. collection.RawItems], null, 0);
            }
            return Cut(whole, part.Limit);
        }
    }

    public void ExpireContinues(int next)
    {
        lock (Gate)
        {
            _badTokens = next;
            _continues.Clear();
        }
    }

    /// <summary>Forgets what happened before now.</summary>
    public void ExpireHistory()
    {
        lock (Gate)
        {
            // Even the present version is too old afterwards for who was there before: something always happens elsewhere in a cluster.
            _version++;
            foreach (FakeCollection collection in _collections.Values)
            {
                collection.Forget(_version);
            }
            _continues.Clear();
        }
    }

    private FakePage Cut(FakePage whole, int limit)
    {
        if (limit <= 0 || whole.Items.Count <= limit)
        {
            return whole;
        }
        string next = Convert.ToBase64String(BitConverter.GetBytes(++_tokens)).TrimEnd('=');
        int remaining = whole.Items.Count - limit;
        if (_badTokens > 0)
        {
            _badTokens--;
        }
        else
        {
            _continues[next] = whole with { Items = [.. whole.Items.Skip(limit)] };
        }
        return whole with { Items = [.. whole.Items.Take(limit)], Continue = next, Remaining = remaining };
    }
}
