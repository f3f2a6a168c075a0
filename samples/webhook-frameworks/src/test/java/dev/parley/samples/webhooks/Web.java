package dev.parley.samples.webhooks;

import com.sun.net.httpserver.HttpServer;
import dev.parley.webhooks.InboxEndpoint;
import dev.parley.webhooks.InboxHttpHandler;
import dev.parley.webhooks.InboxServlet;
import io.undertow.Undertow;
import io.vertx.core.Vertx;
import jakarta.servlet.Servlet;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.springframework.web.context.support.AnnotationConfigWebApplicationContext;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.config.annotation.EnableWebMvc;

/** An inbox behind a real server of each kind. */
enum Web {
  UNDERTOW {
    @Override
    Running start(InboxEndpoint endpoint) {
      Undertow server = UndertowInbox.serve(endpoint, 0);
      InetSocketAddress address = (InetSocketAddress) server.getListenerInfo().get(0).getAddress();
      return new Running(address.getPort(), server::stop);
    }
  },
  JETTY {
    @Override
    Running start(InboxEndpoint endpoint) throws Exception {
      return running(JettyInbox.serve(endpoint, 0));
    }
  },
  SPRING_MVC {
    @Override
    Running start(InboxEndpoint endpoint) throws Exception {
      AnnotationConfigWebApplicationContext context = new AnnotationConfigWebApplicationContext();
      context.register(Mvc.class);
      context.addBeanFactoryPostProcessor(
          beans -> beans.registerSingleton("inbox", new SpringInbox(endpoint)));
      return serve(new DispatcherServlet(context), "/");
    }
  },
  VERT_X {
    @Override
    Running start(InboxEndpoint endpoint) throws Exception {
      Vertx vertx = Vertx.vertx();
      int port = VertxInbox.serve(vertx, endpoint, 0).await(60, TimeUnit.SECONDS).actualPort();
      return new Running(port, () -> vertx.close().await(60, TimeUnit.SECONDS));
    }
  },
  SERVLET {
    @Override
    Running start(InboxEndpoint endpoint) throws Exception {
      return serve(new InboxServlet(endpoint), "/webhooks");
    }
  },
  JDK {
    @Override
    Running start(InboxEndpoint endpoint) throws Exception {
      InetAddress loopback = InetAddress.getLoopbackAddress();
      HttpServer server = HttpServer.create(new InetSocketAddress(loopback, 0), 0);
      ExecutorService threads = Executors.newCachedThreadPool();
      server.setExecutor(threads);
      server.createContext("/webhooks", new InboxHttpHandler(endpoint));
      server.start();
      return new Running(
          server.getAddress().getPort(),
          () -> {
            server.stop(0);
            threads.shutdownNow();
          });
    }
  };

  /** Starts one on a free port. */
  abstract Running start(InboxEndpoint endpoint) throws Exception;

  /** A server that runs. */
  record Running(int port, AutoCloseable stop) implements AutoCloseable {
    @Override
    public void close() throws Exception {
      stop.close();
    }
  }

  @EnableWebMvc
  static class Mvc {}

  private static Running serve(Servlet servlet, String path) throws Exception {
    Server server = new Server();
    ServerConnector connector = new ServerConnector(server);
    connector.setHost("127.0.0.1");
    server.addConnector(connector);
    ServletContextHandler context = new ServletContextHandler();
    context.addServlet(new ServletHolder(servlet), path);
    server.setHandler(context);
    server.start();
    return running(server);
  }

  private static Running running(Server server) {
    return new Running(((ServerConnector) server.getConnectors()[0]).getLocalPort(), server::stop);
  }
}
