using FaceMix.Studio;

var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
builder.WebHost.UseUrls($"http://{builder.Configuration["Bind:Address"] ?? "127.0.0.1"}:{builder.Configuration["Bind:HttpPort"] ?? "8080"}");
builder.AddStudio();

var app = builder.Build();
app.UseStudio();
app.Run();
