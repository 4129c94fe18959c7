using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Agent.Testing.Kubernetes;

/// <summary>Serves one watch: what happened since a version, then what happens, until its timeout.</summary>
internal sealed class FakeWatch(FakeStore store, FakeFaults faults, TimeProvider time)
{
    public async Task RunAsync(HttpContext http, FakeRequest request, FakeBody body)
    {
        IQueryCollection query = http.Request.Query;
        FakeCollection collection = store.Collection(request.Collection);
        var selection = new Selection(
            request.Namespace, new FakeSelector(query["labelSelector"], query["fieldSelector"]), query["allowWatchBookmarks"] == "true");
        long from = long.TryParse(query["resourceVersion"].ToString(), out long given) ? given : 0;
        http.Response.ContentType = "application/json";
        if (from > store.Version)
        {
            await FakeApiHandler.SendAsync(http, body, 504, FakeStatus.Json(504, "Timeout", $"Too large resource version: {from}, current: {store.Version}"));
            return;
        }
        bool isExpired = from > 0 && from < collection.Forgotten;
        if (isExpired)
        {
            faults.Expiries.Enqueue(request);
            if (faults.ExpiresByStatus)
            {
                await FakeApiHandler.SendAsync(http, body, 410, FakeStatus.Gone(from, collection.Forgotten));
                return;
            }
        }
        // The headers go out before there is anything to tell, as the API server does it.
        await http.Response.Body.FlushAsync(http.RequestAborted);
        if (isExpired)
        {
            await body.WriteAsync(FakeObject.Line("ERROR", FakeStatus.Gone(from, collection.Forgotten)));
            return;
        }
        using CancellationTokenSource ending = Ending(http, query["timeoutSeconds"].ToString());
        int next = 0;
        foreach (FakeObject present in from == 0 ? Present(collection, ref next) : Skip(collection, from, ref next))
        {
            await body.WriteAsync(selection.LineOf(new FakeChange(0, null, present), collection) ?? ReadOnlyMemory<byte>.Empty);
        }
        await FollowAsync((collection, next), selection, body, ending.Token);
    }

    private async Task FollowAsync((FakeCollection Collection, int Next) at, Selection selection, FakeBody body, CancellationToken ending)
    {
        (FakeCollection collection, int next) = at;
        while (!ending.IsCancellationRequested)
        {
            FakeChange[] news;
            Task changed;
            lock (store.Gate)
            {
                changed = collection.Changed;
                news = [.. collection.Changes.Skip(next)];
                next += news.Length;
            }
            foreach (FakeChange change in news)
            {
                if (selection.LineOf(change, collection) is { } line)
                {
                    await body.WriteAsync(line);
                }
            }
            await Task.WhenAny(changed, Task.Delay(Timeout.InfiniteTimeSpan, time, ending));
        }
    }

    private CancellationTokenSource Ending(HttpContext http, string timeout)
    {
        var ending = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, faults.Watches);
        if (int.TryParse(timeout, out int seconds))
        {
            ITimer timer = time.CreateTimer(static state => ((CancellationTokenSource)state!).Cancel(), ending, TimeSpan.FromSeconds(seconds), Timeout.InfiniteTimeSpan);
            http.Response.RegisterForDispose(timer);
        }
        return ending;
    }

    private FakeObject[] Present(FakeCollection collection, ref int next)
    {
        lock (store.Gate)
        {
            next = collection.Changes.Count;
            return [.. collection.Objects.Values];
        }
    }

    private FakeObject[] Skip(FakeCollection collection, long from, ref int next)
    {
        lock (store.Gate)
        {
            while (next < collection.Changes.Count && collection.Changes[next].Version <= from)
            {
                next++;
            }
            return [];
        }
    }

    /// <summary>Which objects and events a watch asked for.</summary>
    private sealed record Selection(string? Namespace, FakeSelector Selector, bool WantsBookmarks)
    {
        /// <summary>Null for what does not concern the watch. What enters the selection is added, what leaves it is deleted.</summary>
        public byte[]? LineOf(FakeChange change, FakeCollection collection)
        {
            if (change.Raw is not null)
            {
                return change.Raw;
            }
            if (change.IsBookmark)
            {
                return WantsBookmarks ? FakeObject.Line("BOOKMARK", Bookmark(change.Version, collection)) : null;
            }
            bool was = change.Before is not null && Takes(change.Before);
            bool isNow = change.After is not null && Takes(change.After);
            return (was, isNow) switch
            {
                (false, true) => FakeObject.Line("ADDED", change.After!.Whole),
                (true, true) => FakeObject.Line("MODIFIED", change.After!.Whole),
                (true, false) => FakeObject.Line("DELETED", change.After is null ? change.Before!.Whole : change.Before!.At(change.After.Version).Whole),
                _ => null,
            };
        }

        private static string Bookmark(long version, FakeCollection collection) => new JsonObject
        {
            ["kind"] = collection.Kind,
            ["apiVersion"] = collection.ApiVersion,
            ["metadata"] = new JsonObject { ["resourceVersion"] = version.ToString(CultureInfo.InvariantCulture) },
            ["spec"] = new JsonObject { ["containers"] = null },
            ["status"] = new JsonObject(),
        }.ToJsonString();

        private bool Takes(FakeObject item) => (Namespace is null || item.Namespace == Namespace) && Selector.Takes(item);
    }
}
