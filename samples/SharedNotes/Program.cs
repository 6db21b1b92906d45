using EmrSim.SessionStore;

var builder = WebApplication.CreateBuilder(args);
var url = builder.Configuration["SESSION_STORE_URL"];
builder.Services.AddSessionStore(_ => new SessionStoreOptions
{
    // Without a server one instance works by itself.
    Server = string.IsNullOrEmpty(url) ? null : StoreUrl.Parse(url),
});

var app = builder.Build();
app.MapPut("/notes/{id}", async (string id, HttpRequest request, ISessionStore store, CancellationToken token) =>
{
    using var body = new MemoryStream();
    await request.Body.CopyToAsync(body, token);
    await store.SetAsync($"note:{id}", body.ToArray(), TimeSpan.FromMinutes(10), token);
    return Results.NoContent();
});
app.MapGet("/notes/{id}", async (string id, ISessionStore store, CancellationToken token) =>
    await store.GetAsync($"note:{id}", token) is { } note ? Results.Bytes(note.Value, "text/plain") : Results.NotFound());
app.MapGet("/health", (SessionStoreHost host) => new { degraded = host.Status.Degraded, tiers = host.Status.Tiers.Select(tier => $"{tier.Name} {tier.State}") });
app.Run();
