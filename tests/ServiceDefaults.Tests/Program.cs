using FaceMix.ServiceDefaults;
using FaceMix.Tests.Services;
using Microsoft.AspNetCore.Builder;

return await ServiceHost.RunAsync(() =>
{
    var builder = WebApplication.CreateSlimBuilder(args);
    builder.AddServiceDefaults(new ServiceIdentity("tested", GrpcPort: 0, HttpPort: 0));
    var app = builder.Build();
    app.MapServiceDefaults();
    app.MapGrpcService<Counting>();
    return app;
});
